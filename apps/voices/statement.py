"""The statement that a customer agrees to before training. A change needs a new version."""

from typing import Final

VERSION: Final = "2026-11-1"

TEXT: Final = {
    "ko": (
        "나는 이 목소리의 주인이거나, 목소리의 주인에게서 AI 학습과 변환에 대한 명시적인 허락을 "
        "받았습니다. 이 목소리를 남을 속이거나 사칭하거나 해치는 데 쓰지 않겠습니다. 만들어진 "
        "오디오에는 AI로 생성되었다는 표시가 들어가며 이를 지우지 않겠습니다. 동의는 언제든지 "
        "철회할 수 있고, 철회하면 이 목소리는 곧바로 사용할 수 없게 됩니다."
    ),
    "en": (
        "I am the owner of this voice, or I have its owner's explicit permission to train an AI on "
        "it and to convert songs to it. I will not use it to deceive, impersonate or harm anyone. "
        "Audio made with it carries a mark that it is AI-generated, and I will not remove it. "
        "Consent can be revoked at any time; the voice can then no longer be used."
    ),
}
