"""Lists are paged by a cursor: rows that arrive meanwhile shift nothing."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """``{next, previous, results}``, the newest first."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-id")
