"""From a job to its task: the inputs that it names, fetched, and the call that its kind means."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gpu_worker import tasks
from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.job import (
    AnalyseJob,
    AnyJob,
    AnyResult,
    ConvertJob,
    CoverJob,
    FileRef,
    ImportJob,
    PreprocessJob,
    SeparateJob,
    TrainJob,
    VoiceRef,
)
from gpu_worker.contract.stage import Stage
from gpu_worker.job_report import JobReport
from gpu_worker.report import Reporter
from gpu_worker.stopping import StopSwitch
from gpu_worker.tasks import Made, Recorded, Tools, VoiceFiles
from gpu_worker.transfer import Transfer

FETCHED: Final = 0.05
"""The share of a job's progress that its inputs are."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one attempt does between its claim and its results."""

    job: AnyJob
    tools: Tools
    folder: Path
    switch: StopSwitch
    reporter: Reporter
    transfer: Transfer

    def made(self, report: JobReport) -> Made[AnyResult]:
        """What came of it. Raises what fetching and tasks raise."""
        job, folder, tools, stop = self.job, self.folder, self.tools, self.switch
        match job:
            case TrainJob():
                return self._train(job, report)
            case ConvertJob():
                source, *rest = self._fetch([job.source, *_voice_refs(job.voices)])
                voices = _voice_files(job.voices, rest)
                return tasks.convert(source, voices, job.params, folder, tools, report, stop)
            case CoverJob():
                return self._cover(job, report)
            case SeparateJob():
                (source,) = self._fetch([job.source])
                ai = job.source.ai_generated
                return tasks.separate(
                    source, job.params, folder, tools, report, stop, ai_generated=ai
                )
            case PreprocessJob():
                (source,) = self._fetch([job.source])
                ai = job.source.ai_generated
                return tasks.preprocess(
                    source, job.params, folder, tools, report, stop, ai_generated=ai
                )
            case AnalyseJob():
                paths = self._fetch(job.dataset)
                pairs = zip(job.dataset, paths, strict=True)
                files = [Recorded(ref.id, ref.name, path) for ref, path in pairs]
                return tasks.analyse(files, job.params, tools, report, stop)
            case ImportJob():
                model, *rest = self._fetch([job.model, *([job.index] if job.index else [])])
                index = rest[0] if rest else None
                return tasks.take_in(model, index, job.voice_name, folder, tools, report)

    def _train(self, job: TrainJob, report: JobReport) -> Made[AnyResult]:
        wanted = [*job.dataset, *([job.resume] if job.resume else [])]
        fetched = self._fetch(wanted)
        resume = fetched.pop() if job.resume else None
        try:
            return tasks.train(
                fetched,
                job.params,
                self.folder,
                self.tools,
                report,
                self.switch,
                resume,
                job.voice_name,
                self.switch.finish_asked,
            )
        except JobError as error:
            if error.file is not None:
                name = job.dataset[error.file].name
                self.reporter.log(f"문제가 된 파일: {name}", f"The file at fault: {name}", "error")
            raise

    def _cover(self, job: CoverJob, report: JobReport) -> Made[AnyResult]:
        extra = [job.backing] if job.backing else []
        source, *rest = self._fetch([job.source, *extra, *_voice_refs(job.voices)])
        backing = rest.pop(0) if job.backing else None
        return tasks.cover(
            source,
            backing,
            _voice_files(job.voices, rest),
            job.params,
            self.folder,
            self.tools,
            report,
            self.switch,
            song_ai=job.source.ai_generated,
            backing_ai=job.backing is not None and job.backing.ai_generated,
        )

    def _fetch(self, refs: Sequence[FileRef]) -> list[Path]:
        """The files in order, under names of ours: those of customers never touch the disk."""
        total = max(1, sum(ref.size for ref in refs))
        _need_space(self.folder, total)
        done = 0

        def progress(count: int) -> None:
            nonlocal done
            done += count
            self.reporter.progress(Stage.FETCH, FETCHED * min(1.0, done / total))

        inputs = self.folder / "inputs"
        paths = [
            self.transfer.fetch(ref, inputs / f"{number:04d}", progress)
            for number, ref in enumerate(refs)
        ]
        self.reporter.log(
            f"입력 파일 {len(paths)}개를 받았습니다 ({total / 1e6:.1f} MB)",
            f"Input files fetched: {len(paths)} ({total / 1e6:.1f} MB)",
        )
        return paths


def _voice_refs(voices: Sequence[VoiceRef]) -> list[FileRef]:
    """All objects of the voices, in the order that ``_voice_files`` takes them back."""
    return [ref for voice in voices for ref in (voice.model, voice.index) if ref is not None]


def _voice_files(voices: Sequence[VoiceRef], paths: Sequence[Path]) -> list[VoiceFiles]:
    fetched = iter(paths)
    return [
        VoiceFiles(
            model=next(fetched),
            index=next(fetched) if voice.index else None,
            encoder=voice.encoder,
            f0_median_hz=voice.f0_median_hz,
            weight=voice.weight,
        )
        for voice in voices
    ]


def _need_space(folder: Path, size: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < size:
        raise JobError(Code.UNEXPECTED, f"{size} bytes to fetch, {free} free on disk")
