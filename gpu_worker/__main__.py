"""The worker from a shell: ``python -m gpu_worker run | train | convert | cover | ...``.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled or terminated.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx
import torch
from pydantic import ValidationError

from gpu_worker import tasks
from gpu_worker.contract.errors import TEXTS, Code, JobError
from gpu_worker.contract.job import JOB_SPEC, MAX_BLEND
from gpu_worker.contract.params import (
    AnalyseParams,
    AudioFormat,
    ConvertParams,
    CoverParams,
    PreprocessParams,
    SeparateParams,
    TrainParams,
)
from gpu_worker.contract.weights import ABSENT
from gpu_worker.engine.sound import audio
from gpu_worker.engine.stop import Stopped
from gpu_worker.fetching import fetch
from gpu_worker.flags import add_flags, params_from
from gpu_worker.pretrained import Pretrained
from gpu_worker.runner import refuse_other_version, run
from gpu_worker.serving import serve, speaker
from gpu_worker.stopping import StopReason, StopSwitch
from gpu_worker.tasks import Recorded, Tools, VoiceFiles
from gpu_worker.terminal import TerminalReport

_DONE, _FAILED, _USAGE, _CANCELLED = 0, 1, 2, 3
Command = Callable[[argparse.ArgumentParser, argparse.Namespace, TerminalReport], int]
_FEATURE_KNOBS = ("sample_rate", "content_encoder", "f0_method")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one command and return its exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    command: Command = given.command
    report = TerminalReport()
    try:
        return command(parser, given, report)
    except JobError as error:
        report.line(f"{error.code}: {error.text.ko} / {error.text.en}")
        if error.detail:
            report.line(f"  {error.detail}")
        return _FAILED
    except OSError as error:
        report.line(f"파일을 열 수 없습니다. / A file can't be opened: {error}")
        return _USAGE
    except Stopped:
        report.line("중단했습니다. / Stopped.")
        return _CANCELLED


def _run(parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport) -> int:
    text = sys.stdin.read() if given.spec == "-" else Path(given.spec).read_text("utf-8")
    try:
        job = JOB_SPEC.validate_json(text)
    except ValidationError as error:
        if refuse_other_version(text):
            report.line(f"{Code.CONTRACT_VERSION}: {TEXTS[Code.CONTRACT_VERSION].en}")
            return _FAILED
        # Without the input, which holds a token and presigned URLs.
        for problem in error.errors(include_input=False, include_url=False, include_context=False):
            report.line(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}")
        return _USAGE
    with tempfile.TemporaryDirectory(prefix="voice-job-") as temporary:
        folder = Path(given.work_dir or temporary)
        outcome = run(job, _tools(given), folder, _switch())
    report.line(f"attempt {job.attempt_id}: {outcome.name.lower()}")
    return outcome.value


def _serve(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    device = torch.device(given.device) if given.device else tasks.default_device()
    serve(Tools(Pretrained(given.weights_dir, keep=True), device), sys.stdin, speaker())
    return _DONE


def _features(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    params = params_from(parser, given, TrainParams)
    made = tasks.extract_features(given.files, params, given.out, _tools(given), report, _switch())
    report.line(f"{made.slices} slices, {made.usable_seconds:.1f} s, features in {given.out}")
    return _DONE


def _preprocess(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    params = params_from(parser, given, PreprocessParams)
    tools, switch = _tools(given), _switch()
    for source in given.files:
        folder = given.out / source.stem
        folder.mkdir(parents=True, exist_ok=True)
        ai = _is_generated(source)
        made = tasks.preprocess(source, params, folder, tools, report, switch, ai_generated=ai)
        _tell_files(made.files, report)
    return _DONE


def _analyse(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    params = params_from(parser, given, AnalyseParams)
    files = [Recorded(str(path), path.name, path) for path in given.files]
    card = tasks.analyse(files, params, _tools(given), report, _switch()).result.card
    if given.json:
        given.json.write_text(card.model_dump_json(indent=1), "utf-8")
    for file in card.files:
        print(f"{file.verdict:5} {file.usable_s:7.1f} s of {file.duration_s:7.1f} s  {file.name}")
        for finding in file.findings:
            print(f"      {finding.severity}: {finding.ko} / {finding.en}")
    for finding in card.findings:
        print(f"{finding.severity}: {finding.ko} / {finding.en}")
    print(f"{card.verdict}: {card.ko} / {card.en}")
    return _DONE


def _train(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    params = params_from(parser, given, TrainParams)
    made = tasks.train(
        given.files, params, given.out, _tools(given), report, _switch(), given.resume, given.name
    )
    result = made.result
    report.line(
        f"{', '.join(map(str, made.files.values()))}: step {result.best_step} of {result.steps} "
        f"in {result.seconds:.0f} s, quality {result.scores.quality:.0f}, "
        f"mel distance {result.mel_distance_start:.3f} -> {result.mel_distance_end:.3f}"
    )
    return _DONE


def _convert(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    ending = given.out.suffix.removeprefix(".").lower()
    if ending not in list(AudioFormat):
        parser.error(f"OUT must end in {', '.join(AudioFormat)}")
    params = params_from(parser, given, ConvertParams, output_format=ending)
    with tempfile.TemporaryDirectory(prefix="voice-job-", dir=given.out.parent) as folder:
        made = tasks.convert(
            given.source,
            _voices(parser, given),
            params,
            Path(folder),
            _tools(given),
            report,
            _switch(),
        )
        made.files[made.result.output.name].replace(given.out)
    report.line(
        f"{given.out}: {made.result.output.duration_s:.2f} s in {made.result.seconds:.1f} s"
    )
    return _DONE


def _cover(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    params = params_from(parser, given, CoverParams)
    given.out.mkdir(parents=True, exist_ok=True)
    made = tasks.cover(
        given.source,
        given.backing,
        _voices(parser, given),
        params,
        given.out,
        _tools(given),
        report,
        _switch(),
        song_ai=_is_generated(given.source),
        backing_ai=given.backing is not None and _is_generated(given.backing),
    )
    return _tell_files(made.files, report)


def _separate(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    params = params_from(parser, given, SeparateParams)
    given.out.mkdir(parents=True, exist_ok=True)
    tools, ai = _tools(given), _is_generated(given.source)
    made = tasks.separate(
        given.source, params, given.out, tools, report, _switch(), ai_generated=ai
    )
    return _tell_files(made.files, report)


def _is_generated(source: Path) -> bool:
    """A shell has no rows that know: only the file's own tag does."""
    return audio.probe(source).ai_generated


def _tell_files(files: Mapping[str, Path], report: TerminalReport) -> int:
    for path in files.values():
        report.line(str(path))
    return _DONE


def _voices(parser: argparse.ArgumentParser, given: argparse.Namespace) -> list[VoiceFiles]:
    """One voice, or several that are blended; indices and weights belong to them by place."""
    count = len(given.model)
    weights = given.weight or [1.0] * count
    indices = given.index or [None] * count
    if len(weights) != count or len(indices) != count or count > MAX_BLEND:
        parser.error(f"at most {MAX_BLEND} --model, and as many --index and --weight, if any")
    return [
        VoiceFiles(model, index, f0_median_hz=given.voice_f0, weight=weight)
        for model, index, weight in zip(given.model, indices, weights, strict=True)
    ]


def _weights(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    pretrained = Pretrained(given.weights_dir)
    missing = [name for name in given.fetch if name not in {e.name for e in pretrained.entries}]
    if missing:
        parser.error(f"unknown weights: {', '.join(missing)}")
    if given.fetch and given.weights_dir is None:
        parser.error("--weights-dir (or WEIGHTS_DIR) says where to put them")
    switch = _switch()
    with httpx.Client(timeout=30.0) as client:
        for name in given.fetch:
            entry = pretrained.entry(name)
            report.line(f"{name}: {entry.licence}")
            path = fetch(entry, given.weights_dir, report.bytes, client, switch)
            report.line(f"{name}: {path}")
    for entry in () if given.fetch else pretrained.entries:
        print(f"{entry.name:30} {pretrained.look(entry).presence:8} {entry.licence}")
        print(f"    {entry.title}; {entry.source}")
    for name, reason in () if given.fetch else ABSENT.items():
        print(f"{name:30} {'absent':8} {reason}")
    return _DONE


def _tools(given: argparse.Namespace) -> Tools:
    device = torch.device(given.device) if given.device else tasks.default_device()
    return Tools(Pretrained(given.weights_dir), device)


def _switch() -> StopSwitch:
    """A switch that SIGTERM and Ctrl-C throw; a second one ends the process at once."""
    switch = StopSwitch()

    def throw(number: int, _: object) -> None:
        switch.throw(StopReason.TERMINATED)
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, throw)
    return switch


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gpu_worker",
        description="노래 목소리 변환 작업기 / Singing voice conversion worker",
        epilog="exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled or terminated",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    where, compute = _common()

    made = commands.add_parser("run", parents=[where, compute], help="one attempt of a job")
    made.add_argument("spec", metavar="SPEC.json", help="the attempt's spec; - reads it from stdin")
    made.add_argument("--work-dir", type=Path, help="where its files go (default: temporary)")
    made.set_defaults(command=_run)

    made = commands.add_parser("serve", parents=[where, compute], help="attempts from stdin")
    made.set_defaults(command=_serve)

    for name, command, knobs, text in (
        ("features", _features, _FEATURE_KNOBS, "slice recordings and compute their features"),
        ("preprocess", _preprocess, None, "clean recordings for training"),
    ):
        made = commands.add_parser(name, parents=[where, compute], help=text)
        _add_recordings(made)
        add_flags(made, TrainParams if knobs else PreprocessParams, knobs)
        made.set_defaults(command=command)

    made = commands.add_parser(
        "analyse", parents=[where, compute], help="report card of recordings"
    )
    made.add_argument("files", type=Path, nargs="+", metavar="RECORDING")
    made.add_argument("--json", type=Path, metavar="FILE", help="also write the card there")
    add_flags(made, AnalyseParams)
    made.set_defaults(command=_analyse)

    made = commands.add_parser("train", parents=[where, compute], help="train a voice")
    _add_recordings(made)
    made.add_argument("--name", default="", help="the voice's name, kept in its file")
    made.add_argument("--resume", type=Path, metavar="CHECKPOINT", help="go on from a checkpoint")
    add_flags(made, TrainParams)
    made.set_defaults(command=_train)

    made = commands.add_parser("convert", parents=[where, compute], help="sing with a voice")
    made.add_argument("source", type=Path, metavar="SOURCE", help="dry vocal, any audio format")
    made.add_argument("out", type=Path, metavar="OUT", help="result: .wav, .flac, .mp3, .m4a, .ogg")
    _add_voices(made)
    add_flags(made, ConvertParams)
    made.set_defaults(command=_convert)

    made = commands.add_parser("cover", parents=[where, compute], help="a whole song in a voice")
    _add_song(made)
    made.add_argument("--backing", type=Path, help="a stem of backing vocals")
    _add_voices(made)
    add_flags(made, CoverParams)
    made.set_defaults(command=_cover)

    made = commands.add_parser("separate", parents=[where, compute], help="vocals and instrumental")
    _add_song(made)
    add_flags(made, SeparateParams)
    made.set_defaults(command=_separate)

    made = commands.add_parser("weights", parents=[where], help="list or fetch pretrained weights")
    made.add_argument("--fetch", nargs="+", default=[], metavar="NAME", help="download and verify")
    made.set_defaults(command=_weights)
    return parser


def _common() -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """Parents: where weights lie, and what to compute on."""
    where = argparse.ArgumentParser(add_help=False)
    folder = os.environ.get("WEIGHTS_DIR")
    where.add_argument(
        "--weights-dir",
        type=Path,
        default=Path(folder) if folder else None,
        help="folder of fetched weights (default: WEIGHTS_DIR)",
    )
    compute = argparse.ArgumentParser(add_help=False)
    compute.add_argument("--device", help="cpu, cuda, cuda:1, ... (default: a GPU if any)")
    return where, compute


def _add_song(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="SONG", help="any audio format")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")


def _add_voices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", type=Path, nargs="+", required=True, help="a published .pth; several are blended"
    )
    parser.add_argument("--index", type=Path, nargs="+", help="their retrieval indices")
    parser.add_argument("--weight", type=float, nargs="+", help="their shares in a blend")
    parser.add_argument("--voice-f0", type=float, metavar="HZ", help="median for the automatic key")


def _add_recordings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", metavar="RECORDING")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")


if __name__ == "__main__":
    sys.exit(main())
