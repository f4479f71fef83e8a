"""Lists are paged by a cursor: rows that arrive meanwhile shift nothing."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """``{next, previous, results}``, the newest first."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    page_size_query_description = "Rows a page, 50 where absent, at most 200."
    cursor_query_description = "Where a page begins: taken from `next` or `previous`."
    ordering = ("-created_at", "-id")
