"""POST /worker/v1/runpod/<token>: RunPod tells that an attempt ended. Unsigned, hence only a hint.

RunPod tries three times in all within some 20 s; a hint that is lost costs time, nothing else.
"""

import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from apps.common.errors import NOT_FOUND

from . import claims, tokens
from .models import Attempt
from .queue import later

_LONGEST_ID: Final = 200


@csrf_exempt
def runpod(request: HttpRequest, token: str) -> HttpResponse:
    """Have the attempt looked at. Whoever has no token of ours learns nothing."""
    attempt_id = tokens.hinted_attempt(token)
    if attempt_id is None or not Attempt.objects.filter(id=attempt_id).exists():
        return JsonResponse(NOT_FOUND.body(), status=404)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    later("look", attempt_id, extra=(_remote_id(request),))
    return JsonResponse({})


def _remote_id(request: HttpRequest) -> str:
    """RunPod's name of the job, "" where the body does not hold one."""
    try:
        said: Any = json.loads(request.body)
        name = said["id"]
    except (ValueError, KeyError, TypeError):
        return ""
    is_short = isinstance(name, str) and len(name) <= _LONGEST_ID
    return name if is_short and claims.is_name(name) else ""
