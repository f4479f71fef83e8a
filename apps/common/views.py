"""CSRF: the token for the browser, and the answer where it is missing."""

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .errors import CSRF_FAILED


class CsrfSerializer(serializers.Serializer[dict[str, str]]):
    token = serializers.CharField(help_text="Send it as the X-CSRFToken header.")


class CsrfView(APIView):
    """Sets the CSRF cookie and says its token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="csrf", responses=CsrfSerializer, auth=[])
    def get(self, request: Request) -> Response:
        return Response({"token": get_token(request._request)})


def csrf_failure(request: HttpRequest, reason: str = "") -> JsonResponse:
    """Django's middleware answers through this outside of DRF (allauth's addresses)."""
    return JsonResponse(CSRF_FAILED.body(), status=CSRF_FAILED.status)
