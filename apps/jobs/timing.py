"""How long the web waits for what."""

from datetime import timedelta
from typing import Final

MAX_TRIES: Final = 3
"""Attempts of one start (or one retry by hand) before a job fails; those that lost their machine
after a checkpoint do not count, as the next one goes on from there."""

MOST_TRIES: Final = 30
"""Attempts of one start in any case."""

SILENT: Final = timedelta(seconds=10)
"""Without a heartbeat (one every 2 s) for this long, the backend is asked."""

CLAIM_STUCK: Final = timedelta(seconds=60)
"""A claim this old belongs to a process that died: nobody knows whether it submitted."""

UNKNOWN_GRACE: Final = timedelta(minutes=15)
"""How long a worker of an unknown submit may take to be heard of."""

MUTE_LIMIT: Final = timedelta(minutes=15)
"""A worker that the backend calls alive but that says nothing for this long is given up."""

QUEUE_TTL: Final = timedelta(hours=6)
"""How long a submitted attempt may wait for a machine."""

DEADLINE_GRACE: Final = timedelta(minutes=2)
"""The worker ends itself at its deadline and needs this long to say so."""

LINK_MARGIN: Final = timedelta(hours=1)
"""Presigned links outlive the attempt by this much."""

WIND_DOWN: Final = timedelta(seconds=30)
"""How long a worker may take to leave after its result is in."""

ASK_AGAIN: Final = timedelta(seconds=3.5)
ASKS: Final = 2
"""A worker that was told to leave is asked again after this pause, so many times: a backend may
only use force where a first word did not help, and a cancelled worker is gone within 5 s."""

STORAGE_PAUSE: Final = timedelta(seconds=15)
"""Before an attempt is built again after the store could not be asked."""

FOLLOW_AGAIN: Final = timedelta(seconds=1)
"""Between two looks at downloads that are under way."""

SLOT_PAUSE: Final = timedelta(seconds=3)
"""A worker leaves its place a moment after its job has ended."""

DISPATCH_AT_ONCE: Final = 100
"""Attempts that one dispatch sends before it makes room for the next task."""

DISPATCH_BUDGET: Final = timedelta(seconds=10)
"""After this, one dispatch sends no more before it makes room."""

DOUBT: Final = timedelta(minutes=5)
"""So long after a submit without an answer, a backend is asked for its health before the next."""

CLOSED_PAUSE: Final = timedelta(minutes=1)
"""Before an attempt is sent again that only the operator can get moving."""

CLOSED_AT_MOST: Final = timedelta(hours=6)
"""How long an attempt waits for the operator before its job fails and its credits are released."""

CLOSED_IN_A_ROW: Final = 3
"""So many attempts that the backend turned away one after the other: no more are tried now."""

ASK_AT_ONCE: Final = 300
LEAVE_AT_ONCE: Final = 80
"""Attempts about which one sweep asks their backend: live ones, and ended ones that have to leave.
RunPod allows 2000 states and 100 cancels in 10 s; those asked longest ago come first."""

ASKING_BUDGET: Final = timedelta(seconds=10)
"""After this, a sweep asks no more."""

END_AT_ONCE: Final = 100
"""Attempts of each sort that one sweep ends by itself: orphans, stuck claims, overdue ones."""

ACTING_BUDGET: Final = timedelta(seconds=10)
"""After this, a sweep leaves the rest of a sort to the next one."""

KEEP_FOR_RETRY: Final = timedelta(days=30)
"""A failed or cancelled job keeps its checkpoints for this long."""

TIDY_AT_ONCE: Final = 20
"""Jobs whose leftovers one sweep deletes."""


def backoff(tries: int) -> timedelta:
    """Pause before the next attempt after ``tries`` of them ended."""
    return timedelta(seconds=5 * 3 ** (tries - 1))
