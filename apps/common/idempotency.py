"""The same POST twice does its work once: a kept answer a key, for a day.

The row, the work and the answer are one transaction. A second request with the same key waits at
the row's unique index until the first has committed, and then reads its answer; where the first
crashed, nothing of it is left and the second does the work. The answer is sealed, as it may hold a
secret that is shown once; of the request only a digest is kept.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from .errors import ApiError
from .models import KeptAnswer
from .sealed import seal, unseal

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
LIFE: Final = timedelta(hours=24)
_WAIT_MS: Final = 10_000
_AT_ONCE: Final = 5000

MISMATCH: Final = ApiError(
    "idempotency-mismatch",
    "같은 멱등 키로 다른 요청을 보냈습니다. 새 키를 사용해 주세요.",
    "This idempotency key was used for another request. Use a new key.",
)


def key_of(request: Request) -> str:
    """The request's key, "" where it has none. ApiError 400 for one that can't be kept."""
    key = request.headers.get(HEADER, "")
    if key and not re.fullmatch(r"[\x21-\x7e]{1,120}", key):
        raise ApiError(
            "invalid",
            "멱등 키는 120자 이하의 ASCII 문자여야 합니다.",
            "An idempotency key has at most 120 printable ASCII characters.",
            status=400,
            field=HEADER,
        )
    return key


def once(
    workspace_id: uuid.UUID,
    actor: str,
    request: Request,
    run: Callable[[], Response],
    *,
    one_transaction: bool = True,
) -> Response:
    """The answer of ``run``, or the one that this key already has.

    ``run`` turns refusals into answers, which are kept too; an answer from 500 on is not. Without
    ``one_transaction`` it commits by itself and has to be harmless when repeated.
    """
    wanted = {"workspace_id": workspace_id, "actor": actor, "key": key_of(request)}
    mark = _mark(request)
    KeptAnswer.objects.filter(**wanted, created_at__lt=timezone.now() - LIFE).delete()
    if not one_transaction:
        known = KeptAnswer.objects.filter(**wanted).first()
        return _again(known, mark) if known else _keep(wanted, mark, run())
    with transaction.atomic():
        row, is_new = _claim(wanted, mark)
        if not is_new:
            return _again(row, mark)
        answer = run()
        if answer.status_code >= 500:
            row.delete()
        else:
            _fill(row, answer)
            row.save(update_fields=["status", "sealed_body", "updated_at"])
    return answer


def sweep() -> int:
    """Forget answers that are older than a day; returns how many."""
    old = KeptAnswer.objects.filter(created_at__lt=timezone.now() - LIFE)
    ids = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    return KeptAnswer.objects.filter(pk__in=ids).delete()[0]


def _mark(request: Request) -> str:
    said = json.dumps([request.method, request.path, request.data], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _claim(wanted: dict[str, Any], mark: str) -> tuple[KeptAnswer, bool]:
    """The row of this key and whether it is new; waits for whoever is just making it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {_WAIT_MS}")
    try:
        found = KeptAnswer.objects.get_or_create(**wanted, defaults={"fingerprint": mark})
    except OperationalError as error:
        raise ApiError(
            "idempotency-in-progress",
            "같은 멱등 키의 요청이 아직 처리되고 있습니다. 잠시 후 다시 보내 주세요.",
            "A request with this idempotency key is still at work. Send it again in a moment.",
            retry_after_s=5,
        ) from error
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    return found


def _keep(wanted: dict[str, Any], mark: str, answer: Response) -> Response:
    """Write down the answer of work that committed by itself."""
    if answer.status_code < 500:
        row = KeptAnswer(**wanted, fingerprint=mark)
        _fill(row, answer)
        KeptAnswer.objects.bulk_create([row], ignore_conflicts=True)
    return answer


def _fill(row: KeptAnswer, answer: Response) -> None:
    row.status = answer.status_code
    row.sealed_body = seal(JSONRenderer().render(answer.data).decode())


def _again(row: KeptAnswer, mark: str) -> Response:
    if row.fingerprint != mark:
        raise MISMATCH
    text = unseal(row.sealed_body)
    if text is None:
        raise ApiError(
            "idempotency-unreadable",
            "이 멱등 키의 답을 더는 읽을 수 없습니다. 결과를 조회하고 새 키를 사용해 주세요.",
            "The answer kept for this idempotency key can't be read any more. "
            "Look at what it made and use a new key.",
        )
    body = json.loads(text) if text else None
    return Response(body, status=row.status, headers={REPLAYED: "true"})
