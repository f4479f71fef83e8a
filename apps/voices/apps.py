from django.apps import AppConfig


class VoicesConfig(AppConfig):
    name = "apps.voices"
    verbose_name = "목소리"
