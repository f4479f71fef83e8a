"""Content encoders compared: the starter's, its teacher's and mfcc, by the same linear probes.

    python -m benchmarks.probes --data DIR [--encoder FILE] [--seen N] [--unseen N]

DIR is what ``starter.speech`` wrote. Sounds are learned from the voices that the starter learned
from too, and tested on unseen ones; the speakers are unseen ones. Writes a table and
results/probes.json.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from benchmarks.measure import write
from gpu_worker.contract.params import ContentEncoderName
from gpu_worker.engine.sound.resampling import resample
from gpu_worker.engine.speech.content import load_content_encoder
from gpu_worker.engine.speech.starter import StarterEncoder, load_starter_encoder
from gpu_worker.pretrained import Pretrained
from starter.facts import Item, Kind
from starter.items import RATE, read_items
from starter.probes import Encode, Floats, Found, Probe, mfcc, run, shifted, utterance
from starter.teacher import HEARD_RATE, centred_states, sound_of

SEEN = 120
"""Utterances of voices to learn the sounds from."""


def read_probe(folder: Path, seen: int, unseen: int | None = None) -> Probe:
    """The probes' items of a folder; ``unseen`` limits how many of them."""
    items = list(read_items(folder))
    learned = [item for item in items if item.kind is Kind.SPEECH and "blend" not in item.voice]
    step = max(1, len(learned) // seen)
    probes = [item for item in items if item.kind is Kind.PROBE]
    # By line and voice in turn, so that a few of them hold several voices and lines.
    probes = sorted(probes, key=lambda item: (item.line % 2, item.voice, item.line))
    probes = probes[:: max(1, len(probes) // unseen)] if unseen else probes
    sounds = {item.name: sound_of(folder, item) for item in probes}

    def heard(item: Item, wave: Floats) -> Floats:
        return resample(wave, RATE, HEARD_RATE)

    return Probe(
        seen=[utterance(i, sound_of(folder, i, HEARD_RATE)) for i in learned[::step]],
        unseen=[utterance(item, heard(item, sounds[item.name])) for item in probes],
        shifted=[
            utterance(item, heard(item, shifted(item, sounds[item.name], number)))
            for number, item in enumerate(probes)
        ],
    )


def encoders(student: StarterEncoder | None) -> Iterator[tuple[str, Encode]]:
    """Each by name."""
    if student is not None:
        yield "starter", lambda wave: student(torch.from_numpy(wave)[None])[0]
    teacher = load_content_encoder(ContentEncoderName.WHISPER_BASE, Pretrained())
    yield "whisper-base", lambda wave: torch.from_numpy(centred_states(teacher, wave))
    yield "mfcc", mfcc


def real_time_factor(encode: Encode, probe: Probe) -> float:
    """Seconds of work a second of sound, all threads of this process, the best of three."""
    wave = probe.unseen[0].wave
    seconds = len(wave) / HEARD_RATE
    taken = []
    for _ in range(4):
        started = time.perf_counter()
        encode(wave)
        taken.append(time.perf_counter() - started)
    return min(taken[1:]) / seconds


def table(found: dict[str, Found], speed: dict[str, float]) -> str:
    """One line an encoder."""
    lines = ["| encoder | sounds | shifted | speakers (chance) | real-time factor |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for name, one in found.items():
        lines.append(
            f"| {name} | {one.phones:.3f} | {one.phones_shifted:.3f} "
            f"| {one.speakers:.3f} ({one.chance:.2f}) | {speed[name]:.4f} |"
        )
    return "\n".join(lines)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, help="the student's weights")
    parser.add_argument("--seen", type=int, default=SEEN, help="utterances to learn from")
    parser.add_argument("--unseen", type=int, help="to test on; default: all")
    arguments = parser.parse_args()
    student = load_starter_encoder(arguments.encoder) if arguments.encoder else None
    probe = read_probe(arguments.data, arguments.seen, arguments.unseen)
    found, speed = {}, {}
    for name, encode in encoders(student):
        with torch.enable_grad():
            found[name] = run(probe, torch.no_grad()(encode))
        speed[name] = round(real_time_factor(encode, probe), 4)
        print(name, vars_of(found[name], speed[name]), flush=True)
    print(table(found, speed))
    print(write("probes", {name: vars_of(one, speed[name]) for name, one in found.items()}))


def vars_of(found: Found, speed: float) -> dict[str, float]:
    """For JSON."""
    return {
        "phones": round(found.phones, 4),
        "phones_shifted": round(found.phones_shifted, 4),
        "speakers": round(found.speakers, 4),
        "chance": round(found.chance, 4),
        "real_time_factor": speed,
    }


if __name__ == "__main__":
    main()
