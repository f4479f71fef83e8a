from django.contrib import admin

from .looking import ReadOnlyAdmin
from .models import Erasure


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """To see what storage does not let go of."""

    list_display = ("key", "tries", "not_before", "created_at")
    ordering = ("not_before",)
