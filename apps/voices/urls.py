from django.urls import path

from . import api

urlpatterns = [
    path("voices", api.VoiceListView.as_view()),
    path("voices/tags", api.TagsView.as_view()),
    path("voices/<uuid:id>", api.VoiceView.as_view()),
    path("voices/<uuid:id>/consent", api.ConsentView.as_view()),
    path("voices/<uuid:id>/picture", api.PictureView.as_view()),
    path("voices/<uuid:id>/export", api.ExportView.as_view()),
    path("voices/<uuid:id>/checkpoints", api.CheckpointsView.as_view()),
    path("voices/<uuid:id>/checkpoints/<uuid:checkpoint_id>/choose", api.ChooseView.as_view()),
    path("consent-statement", api.StatementView.as_view()),
]
