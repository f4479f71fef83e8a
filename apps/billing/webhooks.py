"""POST /provider/v1/stripe: an event of the payment provider, checked on the raw body."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from apps.common.errors import NOT_FOUND, ApiError

from . import follow, gateway
from .provider import Forged

_FORGED = ApiError(
    "signature",
    "서명을 확인할 수 없습니다.",
    "The signature does not match.",
    status=400,
)


@csrf_exempt
def stripe(request: HttpRequest) -> HttpResponse:
    """Store it and answer; what it leads to happens in the background."""
    provider = gateway.current()
    if provider is None:
        return JsonResponse(NOT_FOUND.body(), status=404)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        notice = provider.read(request.body, request.headers.get("Stripe-Signature", ""))
    except Forged:
        return JsonResponse(_FORGED.body(), status=400)
    follow.keep(notice)
    return JsonResponse({})
