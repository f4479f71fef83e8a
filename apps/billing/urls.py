from django.urls import path

from . import api

urlpatterns = [path("credits", api.CreditsView.as_view())]
