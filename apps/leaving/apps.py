from django.apps import AppConfig


class LeavingConfig(AppConfig):
    name = "apps.leaving"
    verbose_name = "내보내기와 지우기"
