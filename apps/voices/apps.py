from django.apps import AppConfig

from apps.billing import stored


class VoicesConfig(AppConfig):
    name = "apps.voices"
    verbose_name = "목소리"

    def ready(self) -> None:
        from .stored import held_bytes  # needs models

        stored.register(self.name, held_bytes)
