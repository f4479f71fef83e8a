from typing import Any

from django.urls import path

from . import (
    api,
    batch_api,
    preset_api,
    search_api,
    usage_api,
    voice_api,
    webhooks,
    worker_api,
)
from .consumers import WorkspaceConsumer

urlpatterns = [
    path("trainings", api.TrainingsView.as_view()),
    path("conversions", api.ConversionsView.as_view()),
    path("covers", api.CoversView.as_view()),
    path("conversions/grid", api.ConversionGridView.as_view()),
    path("covers/grid", api.CoverGridView.as_view()),
    path("presets", preset_api.PresetListView.as_view()),
    path("presets/builtin", preset_api.BuiltinListView.as_view()),
    path("presets/<uuid:id>", preset_api.PresetView.as_view()),
    path("separations", api.SeparationsView.as_view()),
    path("preprocess", api.PreprocessView.as_view()),
    path("analyses", api.AnalysesView.as_view()),
    path("voices/<uuid:id>/continue", api.ContinueView.as_view()),
    path("voices/<uuid:id>/demo", voice_api.DemoView.as_view()),
    path("voices/<uuid:id>/import/files", voice_api.ImportFilesView.as_view()),
    path("voices/<uuid:id>/import", voice_api.ImportView.as_view()),
    path("voices/<uuid:id>/deletion", voice_api.RemovalView.as_view()),
    path("usage", usage_api.UsageView.as_view()),
    path("quotes", usage_api.QuotesView.as_view()),
    path("jobs", api.JobsView.as_view()),
    path("jobs/labels", api.LabelsView.as_view()),
    path("jobs/<uuid:id>", api.JobView.as_view()),
    path("jobs/<uuid:id>/cancel", api.CancelView.as_view()),
    path("batches", batch_api.BatchListView.as_view()),
    path("batches/<uuid:id>", batch_api.BatchView.as_view()),
    path("batches/<uuid:id>/cancel", batch_api.CancelBatchView.as_view()),
    path("stats", batch_api.StatsView.as_view()),
    path("search", search_api.SearchView.as_view()),
    path("jobs/<uuid:id>/retry", api.RetryView.as_view()),
    path("jobs/<uuid:id>/finish", api.FinishView.as_view()),
    path("jobs/<uuid:id>/events", api.EventsView.as_view()),
    path("jobs/<uuid:id>/previews", api.PreviewsView.as_view()),
]
worker_urlpatterns = [
    path("events", worker_api.EventsView.as_view()),
    path("runpod/<str:token>", webhooks.runpod),
]
_consumer: Any = WorkspaceConsumer.as_asgi()
websocket_urlpatterns = [path("ws/v1/workspaces/<uuid:workspace_id>", _consumer)]
