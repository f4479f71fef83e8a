"""The worker from a shell: ``python -m gpu_worker run | preprocess | train | convert | weights``.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled or terminated.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import torch
from pydantic import ValidationError

from gpu_worker import tasks
from gpu_worker.contract.errors import TEXTS, Code, JobError
from gpu_worker.contract.job import JOB_SPEC
from gpu_worker.contract.params import AudioFormat, ConvertParams, TrainParams
from gpu_worker.engine.stop import Stopped
from gpu_worker.flags import add_flags, params_from
from gpu_worker.pretrained import Pretrained, fetch
from gpu_worker.runner import refuse_other_version, run
from gpu_worker.stopping import StopReason, StopSwitch
from gpu_worker.tasks import Tools, VoiceFiles
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


def _preprocess(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    params = params_from(parser, given, TrainParams)
    made = tasks.preprocess(given.files, params, given.out, _tools(given), report, _switch())
    report.line(f"{made.slices} slices, {made.usable_seconds:.1f} s, features in {given.out}")
    return _DONE


def _train(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    params = params_from(parser, given, TrainParams)
    trained = tasks.train(
        given.files, params, given.out, _tools(given), report, _switch(), given.resume, given.name
    )
    result = trained.result
    report.line(
        f"{trained.model}, {trained.index}: {result.steps} steps in {result.seconds:.0f} s, "
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
    voice = VoiceFiles(given.model, given.index)
    result = tasks.convert(given.source, voice, params, given.out, _tools(given), report, _switch())
    report.line(f"{given.out}: {result.duration_s:.2f} s in {result.seconds:.1f} s")
    return _DONE


def _weights(
    parser: argparse.ArgumentParser, given: argparse.Namespace, report: TerminalReport
) -> int:
    pretrained = Pretrained(given.weights_dir)
    missing = [name for name in given.fetch if name not in {e.name for e in pretrained.entries}]
    if missing:
        parser.error(f"unknown weights: {', '.join(missing)}")
    if given.fetch and given.weights_dir is None:
        parser.error("--weights-dir (or WEIGHTS_DIR) says where to put them")
    with httpx.Client(timeout=30.0) as client:
        for name in given.fetch:
            path = fetch(pretrained.entry(name), given.weights_dir, report.bytes, client)
            report.line(f"{name}: {path}")
    for entry in () if given.fetch else pretrained.entries:
        print(f"{entry.name:30} {_state(pretrained, entry.name):8} {entry.licence}")
        print(f"    {entry.title}; {entry.source}")
    return _DONE


def _state(pretrained: Pretrained, name: str) -> str:
    try:
        pretrained.find(name)
    except JobError:
        return "missing"
    return "ready"


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

    made = commands.add_parser(
        "preprocess", parents=[where, compute], help="slice recordings and compute their features"
    )
    _add_recordings(made)
    add_flags(made, TrainParams, _FEATURE_KNOBS)
    made.set_defaults(command=_preprocess)

    made = commands.add_parser("train", parents=[where, compute], help="train a voice")
    _add_recordings(made)
    made.add_argument("--name", default="", help="the voice's name, kept in its file")
    made.add_argument("--resume", type=Path, metavar="CHECKPOINT", help="go on from a checkpoint")
    add_flags(made, TrainParams)
    made.set_defaults(command=_train)

    made = commands.add_parser("convert", parents=[where, compute], help="sing with a voice")
    made.add_argument("source", type=Path, metavar="SOURCE", help="dry vocal, any audio format")
    made.add_argument("out", type=Path, metavar="OUT", help="result: .wav, .flac or .mp3")
    made.add_argument("--model", type=Path, required=True, help="voice, a published .pth")
    made.add_argument("--index", type=Path, help="its retrieval index")
    add_flags(made, ConvertParams)
    made.set_defaults(command=_convert)

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


def _add_recordings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", metavar="RECORDING")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")


if __name__ == "__main__":
    sys.exit(main())
