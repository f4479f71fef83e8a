"""Free ports on the loopback, remembered so that presigned URLs outlive a restart."""

import random
import socket
import time
from collections.abc import Iterable
from pathlib import Path

from voicestudio.embedded.places import Places, StackError, read_json, write_json

# SeaweedFS takes each of its ports again 10000 higher for gRPC. Both ranges stay below the
# kernel's ephemeral ports (32768 on), which outgoing connections take at random.
LOWEST, HIGHEST = 12_000, 22_000
GRPC_OFFSET = 10_000
SEAWEED_SOCKETS = Path("/tmp")  # noqa: S108 - fixed inside SeaweedFS


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        # Connections of the last run may still be in TIME_WAIT; a listener refuses all the same.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until_free(port: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _usable(port: int) -> bool:
    foreign_socket = any(SEAWEED_SOCKETS.glob(f"seaweedfs-*-{port + GRPC_OFFSET}.sock"))
    return is_free(port) and is_free(port + GRPC_OFFSET) and not foreign_socket


def _pick(taken: set[int]) -> int:
    for _ in range(1000):
        port = random.randrange(LOWEST, HIGHEST)  # noqa: S311 - no secret
        if port not in taken and _usable(port):
            return port
    raise StackError(f"No free port found between {LOWEST} and {HIGHEST}.")


def assign(places: Places, names: Iterable[str]) -> tuple[dict[str, int], list[str]]:
    """A port for each name, last time's where it is still free.

    Returns the ports, and the names whose remembered port another program has taken.
    """
    remembered = {
        name: port for name, port in read_json(places.ports_file).items() if isinstance(port, int)
    }
    ports: dict[str, int] = {}
    moved: list[str] = []
    for name in names:
        port = remembered.get(name)
        if port is not None and not wait_until_free(port, 5):
            moved.append(name)
            port = None
        ports[name] = port or _pick({*ports.values(), *remembered.values()})
    write_json(places.ports_file, remembered | ports)
    return ports, moved


def remove_seaweed_sockets(ports: Iterable[int]) -> None:
    """Remove the sockets that a SeaweedFS of ours left in the system's temporary folder."""
    for port in ports:
        for number in (port, port + GRPC_OFFSET):
            for path in SEAWEED_SOCKETS.glob(f"seaweedfs-*-{number}.sock"):
                path.unlink(missing_ok=True)
