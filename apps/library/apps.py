from django.apps import AppConfig

from apps.billing import stored


class LibraryConfig(AppConfig):
    name = "apps.library"
    verbose_name = "라이브러리"

    def ready(self) -> None:
        from .uploads import held_bytes  # needs models

        stored.register(self.name, held_bytes)
