"""Ticks of checkboxes and radio buttons."""

from playwright.sync_api import Locator, expect

_TRIES = 3


def put_tick(box: Locator) -> None:
    """Click and wait until it shows: Playwright's own ``check`` looks once, right after the click,
    and a busy page draws later. A click that came while a list was drawn anew is made again.
    Forced, since the box itself is drawn within its label."""
    for _ in range(_TRIES):
        if not box.is_checked():
            box.click(force=True)
        try:
            expect(box).to_be_checked(timeout=3_000)
        except AssertionError:
            continue
        return
    expect(box).to_be_checked()
