from django.urls import path

from .api import LegalView, MeView
from .key_api import KeyListView, KeyView
from .workspace_api import WorkspaceDetailView, WorkspaceListView

urlpatterns = [
    path("me", MeView.as_view(), name="me"),
    path("legal/<str:document>", LegalView.as_view(), name="legal"),
    path("keys", KeyListView.as_view()),
    path("keys/<uuid:id>", KeyView.as_view()),
    path("workspaces", WorkspaceListView.as_view()),
    path("workspaces/<uuid:id>", WorkspaceDetailView.as_view()),
]
