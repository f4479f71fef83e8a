"""What is for sale: plans by the month and packs of credits, in won and US cents.

A won has no smaller unit: amounts are whole won, and whole cents. Prices include VAT. Credits never
expire, those of a plan's months neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.conf import settings

from apps.common.sentences import Sentence

GB: Final = 10**9
WELCOME_CREDITS: Final = 1500
"""The trial's, once: a voice of 5,000 steps of 8 clips and ten songs, or many drafts."""


class Currency(StrEnum):
    KRW = "krw"
    USD = "usd"


class PlanName(StrEnum):
    TRIAL = "trial"
    STARTER = "starter"
    STUDIO = "studio"
    LABEL = "label"
    PAYG = "payg"


@dataclass(frozen=True)
class Price:
    """Whole won, and US cents."""

    krw: int
    usd: int

    def amount(self, currency: Currency) -> int:
        """In the currency's smallest unit, as providers count."""
        return self.krw if currency is Currency.KRW else self.usd


@dataclass(frozen=True)
class Quotas:
    """``storage`` in bytes, ``minutes`` of sound given to jobs a month, ``parallel`` jobs at once,
    ``seats`` for members, ``requests`` of each API key a minute.

    None: no limit, of requests the usual one.
    """

    storage: int | None
    minutes: int | None
    parallel: int | None
    seats: int | None
    requests: int | None


NO_QUOTAS: Final = Quotas(None, None, None, None, None)
"""Of an installation that sells nothing: its operator grants credits."""


@dataclass(frozen=True)
class Plan:
    """``credits`` come with every paid month; the trial's once. ``price`` None: not sold."""

    name: PlanName
    title: Sentence
    price: Price | None
    credits: int
    quotas: Quotas


@dataclass(frozen=True)
class Pack:
    """Credits bought once."""

    name: str
    title: Sentence
    price: Price
    credits: int


TRIAL: Final = Plan(
    PlanName.TRIAL, Sentence("체험", "Trial"), None, WELCOME_CREDITS, Quotas(2 * GB, 60, 1, 2, 300)
)
PAYG: Final = Plan(
    PlanName.PAYG, Sentence("충전형", "Pay as you go"), None, 0, Quotas(20 * GB, 600, 2, 3, 600)
)
PLANS: Final[Mapping[PlanName, Plan]] = {
    plan.name: plan
    for plan in (
        TRIAL,
        Plan(
            PlanName.STARTER,
            Sentence("스타터", "Starter"),
            Price(krw=19_900, usd=15_00),
            10_000,
            Quotas(50 * GB, 600, 2, 3, 600),
        ),
        Plan(
            PlanName.STUDIO,
            Sentence("스튜디오", "Studio"),
            Price(krw=59_000, usd=45_00),
            36_000,
            Quotas(200 * GB, 3_000, 4, 10, 1_200),
        ),
        Plan(
            PlanName.LABEL,
            Sentence("레이블", "Label"),
            Price(krw=199_000, usd=149_00),
            140_000,
            Quotas(1_000 * GB, 15_000, 10, 50, 3_000),
        ),
        PAYG,
    )
}
PACKS: Final[Mapping[str, Pack]] = {
    pack.name: pack
    for pack in (
        Pack("small", Sentence("소형", "Small"), Price(krw=11_000, usd=8_50), 5_000),
        Pack("medium", Sentence("중형", "Medium"), Price(krw=40_000, usd=30_00), 20_000),
        Pack("large", Sentence("대형", "Large"), Price(krw=180_000, usd=135_00), 100_000),
    )
}


def margin(price: Price, credits: int) -> float:
    """The part of a price in dollars that is left when every credit has become a GPU second."""
    return 1 - credits * settings.GPU_USD_PER_S * 100 / price.usd


def usd_per_credit() -> float:
    """What a credit brings in where it is sold cheapest, in dollars: margins count on no more."""
    sold = [(plan.price, plan.credits) for plan in PLANS.values() if plan.price is not None]
    sold += [(pack.price, pack.credits) for pack in PACKS.values()]
    return min(price.usd / 100 / credits for price, credits in sold)
