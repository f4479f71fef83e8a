"""What is wrong with one value, in both languages: our own words, DRF's, or a knob's bound."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext, override

from .sentences import Sentence

BY_FIELD_CODE: Final[Mapping[str, Sentence]] = {
    "required": Sentence("필수 항목입니다.", "This is required."),
    "null": Sentence("값이 필요합니다.", "A value is needed."),
    "blank": Sentence("비워 둘 수 없습니다.", "This may not be blank."),
    "empty": Sentence("하나 이상 골라 주세요.", "Choose at least one."),
    "max_length": Sentence("너무 깁니다.", "This is too long."),
    "min_length": Sentence("너무 짧습니다.", "This is too short."),
    "max_value": Sentence("값이 너무 큽니다.", "The value is too large."),
    "min_value": Sentence("값이 너무 작습니다.", "The value is too small."),
    "invalid_choice": Sentence("고를 수 없는 값입니다.", "This is not one of the choices."),
    "does_not_exist": Sentence("찾을 수 없습니다.", "This was not found."),
    "not_a_list": Sentence("목록으로 보내 주세요.", "Send a list."),
    "not_a_dict": Sentence("객체로 보내 주세요.", "Send an object."),
    "unique": Sentence(
        "이미 쓰이고 있는 값입니다. 다른 값을 골라 주세요.",
        "This value is already taken. Choose another one.",
    ),
    "must_be_agreed": Sentence("먼저 동의해 주세요.", "Agree to the statement first."),
    "address_not_allowed": Sentence(
        "공개된 https 주소만 쓸 수 있습니다.", "Only public https addresses can be used."
    ),
    "in_the_past": Sentence("지난 시각입니다.", "This is in the past."),
    "null_characters_not_allowed": Sentence(
        "쓸 수 없는 글자가 있습니다.", "It holds characters that can't be used."
    ),
    "surrogate_characters_not_allowed": Sentence(
        "쓸 수 없는 글자가 있습니다.", "It holds characters that can't be used."
    ),
}
INVALID: Final = Sentence("올바르지 않은 값입니다.", "This value is not valid.")

_BY_TYPE: Final[Mapping[str, str]] = {
    "missing": "필수 항목입니다.",
    "extra_forbidden": "없는 항목입니다. 이름을 확인해 주세요.",
    "greater_than_equal": "{ge} 이상이어야 합니다.",
    "greater_than": "{gt}보다 커야 합니다.",
    "less_than_equal": "{le} 이하여야 합니다.",
    "less_than": "{lt}보다 작아야 합니다.",
    "finite_number": "유한한 수여야 합니다.",
    "int_type": "정수여야 합니다.",
    "int_parsing": "정수여야 합니다.",
    "int_from_float": "정수여야 합니다.",
    "float_type": "수여야 합니다.",
    "float_parsing": "수여야 합니다.",
    "bool_type": "true 또는 false여야 합니다.",
    "bool_parsing": "true 또는 false여야 합니다.",
    "string_type": "글자여야 합니다.",
    "string_too_long": "{max_length}자 이하여야 합니다.",
    "string_too_short": "{min_length}자 이상이어야 합니다.",
    "too_long": "{max_length}개 이하여야 합니다.",
    "too_short": "{min_length}개 이상이어야 합니다.",
    "enum": "다음 가운데 하나여야 합니다: {expected}.",
    "literal_error": "다음 가운데 하나여야 합니다: {expected}.",
    "uuid_type": "UUID여야 합니다.",
    "uuid_parsing": "UUID여야 합니다.",
    "list_type": "목록이어야 합니다.",
    "tuple_type": "목록이어야 합니다.",
    "dict_type": "객체여야 합니다.",
    "model_type": "객체여야 합니다.",
    "model_attributes_type": "객체여야 합니다.",
}
"""Pydantic's types of errors; what the bounds are stands in the error's context."""


def of_field(code: str, text: str) -> Sentence:
    """DRF's refusal of a value.

    Its English sentences are their own keys in Django's Korean catalogue, and requests are answered
    in English (``middleware.EnglishApiMiddleware``). Texts without a translation say less.
    """
    if known := BY_FIELD_CODE.get(code):
        return known
    with override("ko"):
        korean = gettext(text)
    return Sentence(
        korean if _is_korean(korean) else INVALID.ko, INVALID.en if _is_korean(text) else text
    )


def of_knob(kind: str, text: str, context: Mapping[str, Any]) -> Sentence:
    """A contract model's refusal: pydantic's ``kind``, English ``text`` and bounds."""
    korean = _BY_TYPE.get(kind)
    bounds = {name: _plain(value) for name, value in context.items()}
    return Sentence(korean.format_map(bounds) if korean else INVALID.ko, text)


def _plain(value: object) -> str:
    """24 for 24.0, and a list of choices without an English word."""
    return f"{value:g}" if isinstance(value, float) else str(value).replace(" or ", ", ")


def _is_korean(text: str) -> bool:
    return any("\uac00" <= letter <= "\ud7a3" for letter in text)
