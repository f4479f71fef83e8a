from django.urls import path

from . import api

_DELIVERY = "webhooks/<uuid:id>/deliveries/<uuid:delivery_id>"
urlpatterns = [
    path("webhooks", api.EndpointListView.as_view()),
    path("webhooks/<uuid:id>", api.EndpointView.as_view()),
    path("webhooks/<uuid:id>/rotate", api.RotateView.as_view()),
    path("webhooks/<uuid:id>/test", api.TestView.as_view()),
    path("webhooks/<uuid:id>/deliveries", api.DeliveryListView.as_view()),
    path(_DELIVERY, api.DeliveryView.as_view()),
    path(f"{_DELIVERY}/replay", api.ReplayView.as_view()),
]
