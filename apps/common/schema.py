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


class AutoSchema(SpectacularSchema):
    """Adds the workspace header where a view asks for it, and the one shape of errors."""

    def get_override_parameters(self) -> list[Any]:
        return [WORKSPACE_HEADER] if getattr(self.view, "uses_workspace", False) else []

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        error = self._get_response_for_code(ErrorSerializer, "default")  # type: ignore[no-untyped-call]
        return bodies | {"default": error}
