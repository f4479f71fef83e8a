"""What the panel shows of allauth's sign-in elsewhere: who connected what, to look at.

Providers stand in the environment: rows of them, which the panel leaves out, would hold secrets.
"""

from allauth.socialaccount.models import SocialAccount
from django.contrib import admin

from apps.common.looking import ReadOnlyAdmin


@admin.register(SocialAccount)
class SocialAccountAdmin(ReadOnlyAdmin):
    list_display = ("user", "provider", "uid", "date_joined", "last_login")
    list_filter = ("provider",)
    search_fields = ("user__email", "uid")
    list_select_related = ("user",)
