"""The tables of allowed moves, whole."""

import pytest

from apps.jobs.models import Attempt, Job
from apps.jobs.problems import TEXTS, is_retryable, text_of
from apps.jobs.states import (
    ATTEMPT_ACTIVE,
    ATTEMPT_MOVES,
    JOB_ACTIVE,
    JOB_MOVES,
    AttemptState,
    IllegalMove,
    JobState,
)
from gpu_worker.contract import errors


@pytest.mark.parametrize("state", list(JobState))
@pytest.mark.parametrize("to", list(JobState))
def test_jobs_move_by_the_table_only(state: JobState, to: JobState) -> None:
    job = Job(state=state)
    if to in JOB_MOVES[state]:
        job.move(to)
        assert job.state == to
    else:
        with pytest.raises(IllegalMove):
            job.move(to)
        assert job.state == state


@pytest.mark.parametrize("state", list(AttemptState))
@pytest.mark.parametrize("to", list(AttemptState))
def test_attempts_move_by_the_table_only(state: AttemptState, to: AttemptState) -> None:
    attempt = Attempt(state=state)
    if to in ATTEMPT_MOVES[state]:
        attempt.move(to)
        assert attempt.state == to
    else:
        with pytest.raises(IllegalMove):
            attempt.move(to)


def test_an_ended_attempt_never_moves_again() -> None:
    ended = [state for state in AttemptState if state not in ATTEMPT_ACTIVE]
    assert all(not ATTEMPT_MOVES[state] for state in ended)


def test_a_success_is_for_good_and_every_active_job_can_be_cancelled() -> None:
    assert not JOB_MOVES[JobState.SUCCEEDED]
    assert all(JobState.CANCELLED in JOB_MOVES[state] for state in JOB_ACTIVE)


def test_unknown_is_never_put_back_in_line() -> None:
    assert AttemptState.QUEUED not in ATTEMPT_MOVES[AttemptState.UNKNOWN]


def test_every_code_has_a_sentence_in_both_languages() -> None:
    assert all(text.ko and text.en for text in TEXTS.values())
    assert {code.value for code in errors.Code} <= set(TEXTS)
    assert text_of("of a later version") == errors.TEXTS[errors.Code.UNEXPECTED]


@pytest.mark.parametrize("code", list(errors.Code))
def test_the_web_retries_what_the_contract_calls_retryable(code: errors.Code) -> None:
    assert is_retryable(code) == errors.is_retryable(code)


@pytest.mark.parametrize("code", ["user:file-deleted", "operator:backend-refused", "nonsense"])
def test_the_rest_is_not_retried(code: str) -> None:
    assert not is_retryable(code)
