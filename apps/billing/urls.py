from django.urls import path

from . import api, webhooks

urlpatterns = [
    path("credits", api.CreditsView.as_view()),
    path("credits/entries", api.EntriesView.as_view()),
    path("plans", api.PlansView.as_view()),
    path("billing/checkout", api.CheckoutView.as_view()),
    path("billing/portal", api.PortalView.as_view()),
]
provider_urlpatterns = [path("stripe", webhooks.stripe)]
