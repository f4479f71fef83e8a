"""What operations of the OpenAPI schema have in common."""

from typing import Any, Final, Literal

from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from drf_spectacular.utils import OpenApiParameter

from .serializers import ErrorSerializer

WORKSPACE_HEADER: Final = OpenApiParameter(
    "X-Workspace",
    {"type": "string", "format": "uuid"},
    OpenApiParameter.HEADER,
    description="Workspace to act in; the person's first one where absent.",
)

IDEMPOTENCY_HEADER: Final = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 120, "pattern": r"^[\x21-\x7e]+$"},
    OpenApiParameter.HEADER,
    description="The same key and body again do nothing and get the same answer for 24 hours.",
)


class AutoSchema(SpectacularSchema):
    """Adds the workspace header where a view asks for it, and the one shape of errors."""

    def get_override_parameters(self) -> list[Any]:
        if not getattr(self.view, "uses_workspace", False):
            return []
        return [WORKSPACE_HEADER, *([IDEMPOTENCY_HEADER] if self.method == "POST" else [])]

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        error = self._get_response_for_code(ErrorSerializer, "default")  # type: ignore[no-untyped-call]
        return bodies | {"default": error}
