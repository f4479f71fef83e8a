from django.urls import path

from .api import LegalView, MeView

urlpatterns = [
    path("me", MeView.as_view(), name="me"),
    path("legal/<str:document>", LegalView.as_view(), name="legal"),
]
