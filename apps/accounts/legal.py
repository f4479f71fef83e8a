"""The terms and the privacy policy that a customer accepts at sign-up.

A changed text needs a new version; what was accepted is kept by version.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from apps.common.sentences import Sentence


class Document(StrEnum):
    TERMS = "terms"
    PRIVACY = "privacy"


@dataclass(frozen=True)
class Part:
    title: Sentence
    text: Sentence


@dataclass(frozen=True)
class Legal:
    """A document's text in force since the day that its version names."""

    version: str
    title: Sentence
    parts: tuple[Part, ...]


def _part(ko: str, en: str, text_ko: str, text_en: str) -> Part:
    return Part(Sentence(ko, en), Sentence(text_ko, text_en))


_TERMS: Final = Legal(
    "2026-11-1",
    Sentence("이용약관", "Terms of service"),
    (
        _part(
            "서비스",
            "The service",
            "녹음으로 노래 목소리 모델을 만들고 노래를 그 목소리로 바꾸는 도구를 제공합니다. "
            "결과의 품질은 녹음에 따라 달라지며 특정한 결과를 약속하지 않습니다.",
            "We offer tools that make a model of a singing voice from recordings and convert songs "
            "to that voice. Quality depends on the recordings; no particular result is promised.",
        ),
        _part(
            "목소리와 권리",
            "Voices and rights",
            "본인의 목소리이거나 주인의 명시적인 허락을 받은 목소리만 학습할 수 있고, 권리가 있는 "
            "음악만 올릴 수 있습니다. 올린 것과 만든 것은 고객의 것입니다. 남을 속이거나 "
            "사칭하거나 해치는 데 쓸 수 없으며, AI 생성 표시를 지울 수 없습니다.",
            "Train only your own voice or one whose owner has explicitly allowed it, and upload "
            "only music that you have the rights to. What you upload and make is yours. It may not "
            "deceive, impersonate or harm anyone, and the mark that it is AI-generated must stay.",
        ),
        _part(
            "크레딧과 결제",
            "Credits and payment",
            "작업은 시작 전에 보여 드린 크레딧보다 더 받지 않으며, 실패하거나 취소한 작업은 받지 "
            "않습니다. 월 요금제는 해지할 때까지 매달 갱신되고 언제든지 해지할 수 있습니다. "
            "크레딧은 만료되지 않습니다. 쓰지 않은 크레딧은 구매 후 7일 안에 환불을 요청할 수 "
            "있으며, 법에 따른 권리는 그대로입니다.",
            "A job never costs more credits than shown before it started; one that fails or is "
            "cancelled costs nothing. Monthly plans renew until you cancel, at any time. Credits "
            "do not expire. Unspent credits can be refunded within 7 days of the purchase; your "
            "rights under the law remain.",
        ),
        _part(
            "미납과 이용 제한",
            "Late payment and limits",
            "결제가 실패하면 며칠의 여유를 드립니다. 그 뒤에는 새 작업을 시작할 수 없지만 파일과 "
            "목소리는 지워지지 않고 내려받을 수 있습니다. 약관을 어기면 이용을 멈출 수 있습니다.",
            "When a payment fails there are some days of grace. After them no new jobs start, but "
            "nothing is deleted and everything can be downloaded. Breaking these terms can end "
            "your use of the service.",
        ),
        _part(
            "책임",
            "Liability",
            "고의나 중대한 과실이 아니면 최근 12개월 동안 낸 금액까지 책임집니다. 대한민국 법을 "
            "따릅니다. 약관이 바뀌면 시행 7일 전에, 불리한 변경은 30일 전에 알려 드립니다.",
            "Except for intent or gross negligence we are liable up to what you paid in the last "
            "12 months. The law of the Republic of Korea applies. Changes are announced 7 days "
            "ahead, 30 days where they are to your disadvantage.",
        ),
    ),
)
_PRIVACY: Final = Legal(
    "2026-11-2",
    Sentence("개인정보 처리방침", "Privacy policy"),
    (
        _part(
            "모으는 것",
            "What we keep",
            "이메일 주소와 암호화된 비밀번호, 접속 기록(IP, 브라우저), 올린 녹음과 만든 "
            "목소리·결과, 동의 기록, 크레딧과 결제 기록을 보관합니다. 카드 정보는 "
            "결제 회사에만 있습니다.",
            "Your e-mail address and hashed password, sign-in records (IP, browser), the "
            "recordings you upload, the voices and results made of them, consent records, credits "
            "and payments. Card details stay with the payment company.",
        ),
        _part(
            "쓰는 곳",
            "What for",
            "서비스 제공, 요금 계산, 보안, 법에 따른 의무에만 씁니다. 고객의 목소리로 다른 모델을 "
            "학습하지 않습니다.",
            "To provide the service, to bill it, for security and for duties under the law. Your "
            "voice trains no other model.",
        ),
        _part(
            "맡기는 곳",
            "Who works for us",
            "저장소, GPU 서버, 메일, 결제(Stripe) 회사가 일을 맡아 처리하며 국외에 있을 수 "
            "있습니다. 그 밖에는 법이 요구할 때만 넘깁니다.",
            "Companies for storage, GPU servers, mail and payments (Stripe) process data for us, "
            "possibly abroad. Nobody else gets it unless the law demands it.",
        ),
        _part(
            "보관과 삭제",
            "How long",
            "지운 파일과 목소리는 저장소에서도 지워집니다. 탈퇴하면 모두 지우되, 결제 기록은 법에 "
            "따라 5년, 접속 기록은 3개월 보관합니다. 체험을 한 번만 드리기 위해 이메일 주소의 "
            "지문(주소를 되살릴 수 없는 값)을 탈퇴 뒤 1년 보관합니다.",
            "Files and voices that you delete leave storage too. When you close the account all of "
            "it goes, but payment records stay for 5 years and sign-in records for 3 months, as "
            "the law requires. So that the trial is given once, a fingerprint of your e-mail "
            "address, which cannot be turned back into it, stays for a year.",
        ),
        _part(
            "권리",
            "Your rights",
            "언제든지 열람, 정정, 삭제, 처리 정지를 요청할 수 있습니다. 서비스 메일 주소로 연락해 "
            "주세요. 쿠키는 로그인과 보안에만 씁니다.",
            "You may ask at any time to see, correct or delete your data, or to stop its use: "
            "write to the service's mail address. Cookies serve signing in and security alone.",
        ),
    ),
)
IN_FORCE: Final = {Document.TERMS: _TERMS, Document.PRIVACY: _PRIVACY}
