"""``python -m voicestudio.embedded run | services | exec -- COMMAND``."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress

from voicestudio.embedded import ports
from voicestudio.embedded.parts import application_parts, service_parts
from voicestudio.embedded.places import FolderLock, Places, StackError, default_var_dir
from voicestudio.embedded.stack import plan
from voicestudio.embedded.supervisor import (
    StopFlag,
    Stopped,
    Supervisor,
    environment_of,
    port_taken,
    prepare_folder,
)

DEFAULT_WEB_PORT = "8000"


def say(line: str) -> None:
    with suppress(OSError, ValueError):  # a closed terminal must not keep us from stopping
        print(line, flush=True)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m voicestudio.embedded", description=__doc__)
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", DEFAULT_WEB_PORT))
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="the whole studio until Ctrl-C")
    run.add_argument("--no-demo", action="store_true", help="no demo customer")
    commands.add_parser("services", help="only database, queue, storage and mail")
    inside = commands.add_parser("exec", help="a command with the services up")
    inside.add_argument("argv", nargs="+", metavar="COMMAND")
    return parser.parse_args(arguments)


def start_studio(supervisor: Supervisor, *, demo: bool) -> None:
    """Services, migrations, bucket, demo, then web, worker and beat."""
    began = time.monotonic()
    stack = supervisor.stack
    supervisor.start(service_parts(stack))
    accounts = supervisor.manage("prepare", *([] if demo else ["--no-demo"]))
    supervisor.start(application_parts(stack))
    say(f"\nAI Voice Studio   {stack.public_url}   ({time.monotonic() - began:.0f} s)")
    if accounts.strip():
        say(accounts.strip())
    say(f"Data, mails and logs: {stack.places.var}   End with Ctrl-C.\n")


def execute(argv: list[str], environment: Mapping[str, str]) -> int:
    """Run the command in the foreground; its exit code."""
    return subprocess.run(argv, env=environment, check=False).returncode


def act(options: argparse.Namespace, supervisor: Supervisor) -> int:
    stack = supervisor.stack
    if options.command == "run":
        start_studio(supervisor, demo=not options.no_demo)
        supervisor.watch()
        return 0
    supervisor.start(service_parts(stack))
    if options.command == "exec":
        return execute(options.argv, supervisor.environment)
    supervisor.watch()
    return 0


def supervise(options: argparse.Namespace, places: Places, lock: FolderLock) -> int:
    """Start, watch and stop. Raises StackError."""
    stop = StopFlag()
    stop.listen()
    prepare_folder(places, lock, say)
    if options.command == "run" and not ports.wait_until_free(options.port, 3):
        raise StackError(port_taken("web", options.port))
    stack = plan(places, os.environ, options.port)
    stack.write()
    for name in stack.moved:
        say(f"  {name:<10} moved   its port was taken by another program")
    supervisor = Supervisor(stack, say, stop)
    try:
        return act(options, supervisor)
    except Stopped:
        return 0
    finally:
        supervisor.stop()


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    places = Places(default_var_dir())
    lock = FolderLock(places)
    if options.command == "exec" and lock.is_held_elsewhere():
        return execute(options.argv, environment_of(places))
    try:
        return supervise(options, places, lock)
    except StackError as error:
        say(f"error: {error}")
        return 1
    finally:
        lock.release()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
