"""/api/v1/usage, and /api/v1/quotes: what was used, and what something would cost."""

from typing import Any, Final

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import WorkspaceView
from apps.billing import services as billing
from apps.billing.models import Standing
from apps.billing.plans import PlanName
from apps.billing.quotes import expected_s
from gpu_worker.contract.params import JobKind

from . import requests, starts
from .serializers import JOB_KINDS
from .usage import usage

_STARTS: Final[dict[str, type[requests.Start] | type[requests.TrainingQuote]]] = {
    JobKind.TRAIN: requests.TrainingQuote,
    JobKind.CONVERT: requests.ConversionStart,
    JobKind.COVER: requests.CoverStart,
    JobKind.SEPARATE: requests.SeparationStart,
    JobKind.PREPROCESS: requests.PreprocessStart,
    JobKind.ANALYSE: requests.AnalysisStart,
    "continue": requests.Continuation,
    "convert-grid": requests.ConversionGrid,
    "cover-grid": requests.CoverGrid,
}


class QuotaUseSerializer(serializers.Serializer[Any]):
    used = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True, help_text="None: no limit.")


class KindUseSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=JOB_KINDS)
    credits = serializers.IntegerField()
    jobs = serializers.IntegerField()


class DayUseSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    credits = serializers.IntegerField()
    kinds = KindUseSerializer(many=True)


class UsageSerializer(serializers.Serializer[Any]):
    """``days`` are the last 30 by Korean time, with what their jobs cost."""

    selling = serializers.BooleanField(help_text="False: the operator grants credits.")
    plan = serializers.ChoiceField(choices=[name.value for name in PlanName])
    standing = serializers.ChoiceField(choices=Standing.choices)
    period_end = serializers.DateTimeField(allow_null=True)
    grace_until = serializers.DateTimeField(allow_null=True)
    ends = serializers.BooleanField(help_text="The plan is not renewed at period_end.")
    available = serializers.IntegerField()
    reserved = serializers.IntegerField()
    owed = serializers.IntegerField()
    storage = QuotaUseSerializer(help_text="Bytes of files.")
    minutes = QuotaUseSerializer(help_text="Of sound given to this month's jobs.")
    parallel = QuotaUseSerializer(help_text="Jobs that run now; the others wait in line.")
    days = DayUseSerializer(many=True)


class QuoteAskSerializer(serializers.Serializer[Any]):
    start = serializers.ChoiceField(choices=sorted(_STARTS))
    request = serializers.DictField(
        help_text="What the start of this kind would be sent; a training's voice is left out."
    )


class QuoteSerializer(serializers.Serializer[Any]):
    """``credits`` is the most that the jobs will cost together."""

    credits = serializers.IntegerField()
    jobs = serializers.ListField(
        child=serializers.IntegerField(), help_text="Of each job in the order of the start."
    )
    available = serializers.IntegerField()
    expected_s = serializers.FloatField(
        allow_null=True,
        help_text="Seconds of work on the default GPU; null where jobs run on one's own machine.",
    )


def _expected_s(quote: int) -> float | None:
    """How fast a machine of one's own is, nobody knows beforehand."""
    return expected_s(quote) if settings.COMPUTE_BACKEND == "runpod" else None


class UsageView(WorkspaceView):
    @extend_schema(operation_id="usage_retrieve", responses=UsageSerializer)
    def get(self, request: Request) -> Response:
        """The workspace's plan, what is used of it, and its credits by day."""
        return Response(UsageSerializer(usage(self.workspace)).data)


class QuotesView(WorkspaceView):
    @extend_schema(
        operation_id="quotes_create", request=QuoteAskSerializer, responses=QuoteSerializer
    )
    def post(self, request: Request) -> Response:
        """What a start would cost, by the start's own checks and formula. Nothing is started."""
        asked = QuoteAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        body = _STARTS[asked.validated_data["start"]]
        wanted = requests.read(body, asked.validated_data["request"])
        quotes = starts.quotes(self.workspace.id, wanted)
        return Response(
            QuoteSerializer(
                {
                    "credits": sum(quotes),
                    "jobs": quotes,
                    "available": billing.balance_of(self.workspace.id).available,
                    "expected_s": _expected_s(sum(quotes)),
                }
            ).data
        )
