"""What the environment says, as Django's settings take it."""

from typing import Any

from voicestudio.environment import database

URL = "postgresql://studio:p%40ss@db.example:5433/studio"


def test_a_process_keeps_connections_only_where_it_is_told_to() -> None:
    without: dict[str, Any] = database(URL)
    assert (without["HOST"], without["PORT"], without["PASSWORD"]) == ("db.example", "5433", "p@ss")
    assert without["OPTIONS"] == {}
    pooled = database(URL + "?sslmode=require", pool=20)["OPTIONS"]
    assert pooled["sslmode"] == "require"
    assert (pooled["pool"]["min_size"], pooled["pool"]["max_size"]) == (1, 20)
    assert 0 < pooled["pool"]["timeout"] <= 10, "whoever waits for a database that is away is told"


def test_a_socket_s_folder_is_the_host() -> None:
    assert database("postgresql:///studio?host=/run/pg")["HOST"] == "/run/pg"
