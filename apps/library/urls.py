from django.urls import path

from .api import (
    DownloadView,
    FileDetailView,
    FileListView,
    FinishView,
    PitchView,
    SignView,
    TrimView,
    UploadDetailView,
    UploadListView,
    WaveformView,
)
from .dataset_api import CardView, DatasetDetailView, DatasetListView, SamplesView
from .selection_api import RestoreView, SummaryView, TagsView, TrashView

urlpatterns = [
    path("files", FileListView.as_view(), name="files"),
    path("files/summary", SummaryView.as_view(), name="files-summary"),
    path("files/tags", TagsView.as_view(), name="files-tags"),
    path("files/trash", TrashView.as_view(), name="files-trash"),
    path("files/restore", RestoreView.as_view(), name="files-restore"),
    path("files/<uuid:file_id>", FileDetailView.as_view(), name="file"),
    path("files/<uuid:file_id>/waveform", WaveformView.as_view(), name="file-waveform"),
    path("files/<uuid:file_id>/trim", TrimView.as_view(), name="file-trim"),
    path("files/<uuid:file_id>/pitch", PitchView.as_view(), name="file-pitch"),
    path("files/<uuid:file_id>/download", DownloadView.as_view(), name="file-download"),
    path("uploads", UploadListView.as_view(), name="uploads"),
    path("uploads/<uuid:file_id>", UploadDetailView.as_view(), name="upload"),
    path("uploads/<uuid:file_id>/sign", SignView.as_view(), name="upload-sign"),
    path("uploads/<uuid:file_id>/finish", FinishView.as_view(), name="upload-finish"),
    path("datasets", DatasetListView.as_view(), name="datasets"),
    path("datasets/<uuid:dataset_id>", DatasetDetailView.as_view(), name="dataset"),
    path("datasets/<uuid:dataset_id>/card", CardView.as_view(), name="dataset-card"),
    path("samples", SamplesView.as_view(), name="samples"),
]
