"""What people do with cases. Apps above use the few names here."""

from __future__ import annotations

from cases.services.answers import count_answers, hide_answers, reveal_answers
from cases.services.comments import NewComment, add_comment
from cases.services.search_index import index_case

__all__ = [
    "NewComment",
    "add_comment",
    "count_answers",
    "hide_answers",
    "index_case",
    "reveal_answers",
]
