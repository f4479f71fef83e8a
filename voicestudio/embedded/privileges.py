"""PostgreSQL refuses to run as root: then it runs as nobody."""

import ctypes
import os
import pwd
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)  # before any fork: a child must not load libraries
_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION = 0x20080522


@dataclass(frozen=True, slots=True)
class Account:
    """An ordinary account that root gives a child to.

    ``reach``: keep the right to pass folders that are closed to it, because the data or the
    programs lie in one (/root, say).
    """

    uid: int
    gid: int
    reach: bool


def account_for_postgres(*paths: Path) -> Account | None:
    """None for an ordinary user; nobody for root, with reach where a path is closed to it."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    folders = {folder for path in paths for folder in (path.resolve(), *path.resolve().parents)}
    closed = any(not folder.stat().st_mode & 0o001 for folder in folders if folder.is_dir())
    return Account(nobody.pw_uid, nobody.pw_gid, reach=closed)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Capabilities(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def _become(account: Account) -> None:
    if account.reach:
        _check(_LIBC.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep capabilities")
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    if account.reach:
        bit = 1 << _CAP_DAC_OVERRIDE
        sets = (_Capabilities * 2)(_Capabilities(bit, bit, bit))
        _check(_LIBC.capset(ctypes.byref(_Header(_CAPABILITY_VERSION, 0)), sets), "capset")
        raised = _LIBC.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)
        _check(raised, "raise an ambient capability")


def before_exec(account: Account | None, death_signal: signal.Signals) -> Callable[[], None]:
    """What a child does between fork and exec: change the account, then follow its parent's death.

    The order matters: a change of account clears the death signal. The signal follows the parent
    *thread*, so children are started from the main thread only.
    """
    parent = os.getpid()

    def prepare() -> None:
        if account is not None:
            _become(account)
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return prepare
