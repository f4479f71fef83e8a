from django.urls import path

from . import api

urlpatterns = [
    path("exports", api.ExportListView.as_view()),
    path("exports/<uuid:id>", api.ExportView.as_view()),
    path("exports/<uuid:id>/download", api.ExportDownloadView.as_view()),
    path("erasures", api.ErasureListView.as_view()),
    path("erasures/<uuid:id>", api.ErasureView.as_view()),
    path("erasures/account", api.AccountErasureView.as_view()),
    path("erasures/workspace", api.WorkspaceErasureView.as_view()),
]
