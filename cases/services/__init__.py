"""What people do with cases. Apps above call the few names here."""

from __future__ import annotations

from cases.services.answers import count_answer, hide_answers, reveal_answers
from cases.services.comments import add_comment
from cases.services.publish import index_case

__all__ = ["add_comment", "count_answer", "hide_answers", "index_case", "reveal_answers"]
