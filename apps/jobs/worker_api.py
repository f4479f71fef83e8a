"""POST /worker/v1/events: what workers report, and what they hear back."""

from typing import Final

import pydantic
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gpu_worker.contract.events import Batch

from . import services, tokens

_BAD_TOKEN: Final = {"detail": "The token is not valid."}


class EventsView(APIView):
    """A worker proves itself by its attempt's token; no session, no CSRF, no throttle."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    schema = None

    def post(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        attempt_id = tokens.attempt_of(token) if scheme == "Bearer" else None
        if attempt_id is None:
            return Response(_BAD_TOKEN, status=status.HTTP_401_UNAUTHORIZED)
        try:
            batch = Batch.model_validate(request.data)
        except pydantic.ValidationError as error:
            detail = error.errors(include_url=False, include_context=False, include_input=False)
            return Response({"detail": detail}, status=status.HTTP_400_BAD_REQUEST)
        if batch.attempt_id != str(attempt_id):
            return Response(_BAD_TOKEN, status=status.HTTP_403_FORBIDDEN)
        return Response(services.hear(attempt_id, batch).model_dump())
