"""Outlives a supervisor that was killed, for as long as it takes to end its children.

``python -m voicestudio.embedded.keeper VAR_DIR PID`` with a pipe as standard input, whose other end
only the supervisor holds. The kernel asks the children to end when their parent dies; a Celery
worker whose queue has gone at the same moment would never finish that, so they get a last word.
"""

import sys
from pathlib import Path

from voicestudio.embedded.places import Places
from voicestudio.embedded.process import recorded_children, wait_or_kill

PATIENCE_S = 4.0


def main(var: Path, supervisor: int) -> None:
    sys.stdin.buffer.read()  # ends with the supervisor, however that dies
    children = recorded_children(Places(var))
    wait_or_kill([child for child in children if child.supervisor == supervisor], PATIENCE_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
