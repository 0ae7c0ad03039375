"""What people do with cases. Apps above call the few names here."""

from __future__ import annotations

from cases.services.discussion import add_comment
from cases.services.opening import count_answer, open_case, seal_answers
from cases.services.publish import index_case

__all__ = ["add_comment", "count_answer", "index_case", "open_case", "seal_answers"]
