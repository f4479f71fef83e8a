"""Every error that the studio may show speaks both languages and says what to do about it."""

import re
from typing import Final

import pytest

from voicestudio import error_codes
from voicestudio.error_codes import Problem

DO_KO: Final = re.compile(
    r"세요|(해야|올려야) 합니다|다시 시도합니다|이어집니다|할 수 있습니다|보낼 수"
)
DO_EN: Final = re.compile(
    r"\b(add|agree|ask|buy|cancel|change|check|choose|confirm|contact|delete|download|enrol|export"
    r"|finish|go on|has to|import|install|keep|look|make|mend|more|move|open"
    r"|record|reload|remove|revoke|save|send|set|sign|split|start|take|tell|tick|train|tried|try"
    r"|update|upload|use|wait)\b",
    re.IGNORECASE,
)
ABOUT_A_FIELD: Final = {
    *("address_not_allowed", "blank", "does_not_exist", "in_the_past", "invalid", "invalid_choice"),
    *("max_length", "max_value", "min_length", "min_value", "null", "null_characters_not_allowed"),
    *("required", "surrogate_characters_not_allowed"),
}
"""Shown beside the field that they concern: what is wrong with it is what to mend."""
OF_PROGRAMS: Final = {
    *("key-scope", "method", "not-acceptable", "not-signed", "signature"),
}
"""Answers to a program of somebody's own; the studio never asks in such a way."""
NOTHING_LEFT: Final = {
    *("already-member", "erasure-begun", "export-under-way", "job-ended", "no-demo", "no-factor"),
    *(
        "no-picture",
        "not-found",
        "not-recorded",
        "not-suspended",
        "suspended-already",
        "upload-over",
    ),
}
"""What was asked for is so already, or is gone: there is nothing that anybody could do."""
RULES: Final = {
    *("credits-short", "demo-not-found", "forbidden", "job-not-training", "not-refundable"),
    "nothing-to-give-back",
}
"""They say what is allowed and leave the rest to the reader; one of a code's sentences may."""
PROBLEMS: Final = error_codes.problems()


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda one: f"{one.code}-{one.status}")
def test_it_speaks_both_languages(problem: Problem) -> None:
    assert re.search("[가-힣]", problem.ko), "no Korean"
    assert not re.search("[가-힣]", problem.en), "Korean in the English sentence"
    assert re.search("[A-Za-z]{3}", problem.en), "no English"
    assert problem.ko != problem.en


def test_it_says_what_to_do() -> None:
    silent = {one.code for one in PROBLEMS if not (DO_KO.search(one.ko) and DO_EN.search(one.en))}
    assert silent - ABOUT_A_FIELD - OF_PROGRAMS - NOTHING_LEFT - RULES == set()


def test_the_exceptions_are_needed() -> None:
    """A code that is mended or gone leaves these lists."""
    known = {one.code for one in PROBLEMS}
    assert known >= ABOUT_A_FIELD | OF_PROGRAMS | NOTHING_LEFT | RULES
    for first, second in ((NOTHING_LEFT, RULES), (ABOUT_A_FIELD, OF_PROGRAMS)):
        assert not first & second
