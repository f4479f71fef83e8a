from django.contrib.admin.apps import AdminConfig


class PanelConfig(AdminConfig):
    """Django's admin with our site in the place of its own."""

    default_site = "voicestudio.panel.site.OperatorSite"
