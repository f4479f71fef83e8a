"""How each part of the studio is, looked at now: for the operator's page, probes and metrics."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from apps.common import storage
from apps.jobs import backends

from ..celery import app as celery_app

_QUEUE: Final = "celery"
_LOW_DISK: Final = 2 * 2**30
"""Bytes; below, uploads and trainings may soon fail."""


@dataclass(frozen=True)
class Part:
    """``detail`` is what was seen, ``hint`` what to do where it is not well."""

    name: str
    title: str
    is_well: bool
    detail: str
    hint: str = ""


def report() -> list[Part]:
    """All parts, in the order in which one would mend them."""
    return [check() for check in (server, database, migrations, valkey, objects, queue, compute)]


def server() -> Part:
    free = shutil.disk_usage(settings.VAR_DIR if settings.VAR_DIR.exists() else "/").free
    load = os.getloadavg()[0] / len(os.sched_getaffinity(0))
    detail = f"부하 (load) {load:.2f}/코어, 빈 디스크 (free disk) {free / 2**30:.1f} GiB"
    hint = "디스크를 비우거나 늘려 주세요. (Free the disk or enlarge it.)"
    return _part("server", "서버 (server)", free >= _LOW_DISK, detail, hint)


def database() -> Part:
    def look() -> str:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_database_size(current_database()), "
                "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()), "
                "current_setting('server_version')"
            )
            size, used, version = cursor.fetchone()
        return f"PostgreSQL {version.split()[0]}, {size / 2**20:.0f} MiB, 연결 (connections) {used}"

    hint = "DATABASE_URL과 PostgreSQL을 확인해 주세요. (Check DATABASE_URL and PostgreSQL.)"
    return _timed("database", "데이터베이스 (database)", look, (DatabaseError,), hint)


def migrations() -> Part:
    def look() -> str:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            missing = ", ".join(f"{each.app_label}.{each.name}" for each, _ in plan[:5])
            raise LookupError(f"적용 안 됨 (not applied): {missing}")
        return "모두 적용됨 (all applied)"

    hint = "manage.py migrate를 실행해 주세요. (Run manage.py migrate.)"
    errors = (DatabaseError, LookupError)
    return _timed("migrations", "마이그레이션 (migrations)", look, errors, hint)


def valkey() -> Part:
    def look() -> str:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
            known = client.info("memory")
        cache.get("health")
        return f"메모리 (memory) {known['used_memory'] / 2**20:.1f} MiB"

    hint = "REDIS_URL과 Valkey를 확인해 주세요. (Check REDIS_URL and Valkey.)"
    return _timed("cache", "캐시 (cache)", look, (RedisError, OSError), hint)


def objects() -> Part:
    def look() -> str:
        if not storage.answers():
            raise LookupError("응답 없음 (no answer)")
        return settings.S3_BUCKET

    hint = "S3_ENDPOINT_URL, 버킷, 키를 확인해 주세요. (Check address, bucket and keys.)"
    return _timed("storage", "저장소 (storage)", look, (LookupError,), hint)


def queue() -> Part:
    """Whether a Celery worker answers; how many messages wait is its detail."""

    def look() -> str:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
            waiting = client.llen(_QUEUE)
        workers = celery_app.control.ping(timeout=1.0)
        if not workers:
            raise LookupError(f"워커 없음 (no worker), 대기 {waiting}")
        return f"워커 (workers) {len(workers)}, 대기 (waiting) {waiting}"

    hint = "Celery 워커를 시작해 주세요. (Start the Celery worker.)"
    errors = (RedisError, OSError, LookupError, OperationalError)
    return _timed("queue", "작업 대기열 (queue)", look, errors, hint)


def compute() -> Part:
    known = backends.current().health()
    detail = ", ".join(f"{name} {value}" for name, value in known.detail.items())
    hint = "RunPod 페이지의 안내를 따라 주세요. (Follow the page of RunPod.)"
    title = "RunPod" if settings.COMPUTE_BACKEND == "runpod" else "연산, 이 컴퓨터 (local compute)"
    return _part("compute", title, known.ok, detail, hint)


def _timed(
    name: str,
    title: str,
    look: Callable[[], str],
    errors: tuple[type[Exception], ...],
    hint: str,
) -> Part:
    started = time.perf_counter()
    try:
        detail = look()
    except errors as error:
        shown = str(error) if isinstance(error, LookupError) else type(error).__name__
        return _part(name, title, False, shown, hint)
    return _part(name, title, True, f"{detail}, {1000 * (time.perf_counter() - started):.0f} ms")


def _part(name: str, title: str, is_well: bool, detail: str, hint: str = "") -> Part:
    return Part(name, title, is_well, detail, "" if is_well else hint)
