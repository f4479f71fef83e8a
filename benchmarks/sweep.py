"""How long one sweep takes with 10,000 live attempts, beside one with a tenth of them.

    python -m benchmarks.sweep [--attempts 10000] [--repeats 5]

On an embedded PostgreSQL of its own and the tests' RunPod over HTTP, all of it on this machine.
What is bounded shows as a ratio of 1: queries and calls. The seconds left are the database's.
"""

import argparse
import os
import statistics
from contextlib import ExitStack

from benchmarks.measure import write
from tests.stack import start_services

Figures = dict[str, float]


def measured(attempts: int, repeats: int) -> dict[str, Figures]:
    """Medians of ``repeats`` sweeps with a tenth of the attempts and with all of them."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from apps.jobs.models import Attempt
    from tests.apps.jobs.conftest import make_studio
    from tests.apps.jobs.crowd import live_attempts
    from tests.cloud.cloud import Cloud, Endpoint
    from tests.cloud.server import serving
    from tests.factories import make_user
    from tests.trials import test_ten_thousand as trial

    studio = make_studio(make_user())
    cloud = Cloud(endpoints={"somewhere": Endpoint()})
    found = {}
    with serving(cloud) as fake:
        backend = trial.backend_of(cloud, fake.url)
        for name, count in (("tenth", attempts // 10), ("all", attempts)):
            live_attempts(studio, count - Attempt.objects.count(), backend="runpod")
            trial.fill(cloud)
            sweeps = [trial.swept(backend, cloud) for _ in range(repeats)]
            found[name] = {key: statistics.median(one[key] for one in sweeps) for key in sweeps[0]}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "voicestudio.settings", "ENVIRONMENT": "test"}
    with ExitStack() as closing:
        start_services(closing)
        found = measured(given.attempts, given.repeats)
    few, many = found["tenth"], found["all"]
    figures = {
        "configuration": {"attempts": given.attempts, "repeats": given.repeats},
        **{f"{name}_{key}": value for name, one in found.items() for key, value in one.items()},
        "ratio": round(many["seconds"] / few["seconds"], 2),
        "ratio_calls": round(many["calls"] / few["calls"], 2),
        "ratio_queries": round(many["queries"] / few["queries"], 2),
    }
    print(write("sweep", figures))


if __name__ == "__main__":
    main()
