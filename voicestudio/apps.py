"""The roof's app: holds system checks and commands that see every app."""

from django.apps import AppConfig


class VoiceStudioConfig(AppConfig):
    name = "voicestudio"
    verbose_name = "AI Voice Studio"

    def ready(self) -> None:
        # Celery's app has to exist before any shared task is called.
        from . import celery, checks, task_logs  # noqa: F401
