"""/api/v1/search."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView

from .search import search
from .serializers import JOB_KINDS


class SearchQuerySerializer(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=100, help_text="Part of a name.")


class HitSerializer(serializers.Serializer[Any]):
    """Something of the workspace by its name; ``kind`` is a job's, a dataset has no state."""

    type = serializers.ChoiceField(choices=["voice", "dataset", "file", "job"])
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=JOB_KINDS, allow_null=True)


class SearchSerializer(serializers.Serializer[Any]):
    hits = HitSerializer(many=True)


class SearchView(WorkspaceView):
    @extend_schema(
        operation_id="search", parameters=[SearchQuerySerializer], responses=SearchSerializer
    )
    def get(self, request: Request) -> Response:
        """Voices, datasets, files and jobs by name, the newest six of each."""
        query = SearchQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        hits = search(self.workspace.pk, query.validated_data["q"])
        return Response(SearchSerializer({"hits": hits}).data)
