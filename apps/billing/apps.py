from django.apps import AppConfig

from apps.accounts import allowances


class BillingConfig(AppConfig):
    name = "apps.billing"
    verbose_name = "크레딧"

    def ready(self) -> None:
        from .limits import allowance  # needs models

        allowances.register(allowance)
