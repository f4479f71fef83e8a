"""Whether the web process of this container does its own work.

Not whether GPUs or Celery do: a restart of the web would not mend those.
"""

import json
import sys
import urllib.error
import urllib.request

ADDRESS = "http://127.0.0.1:8000/api/v1/health"
OURS = ("database", "redis", "storage")


def main(address: str = ADDRESS) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - a fixed address
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    except OSError as error:
        print(error)
        return 1
    parts = json.loads(body)["parts"]
    print(parts)
    return 0 if all(parts[name] for name in OURS) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
