"""What its author is told of a post that has not appeared yet."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case, Comment


def posted_message(post: Case | Comment, otherwise: str) -> str:
    """When the post appears; the other text if it has appeared."""
    if post.appears_at is None:
        return otherwise
    text = _(
        "Posted. Others see it from %(time)s. The delay protects your anonymity. "
        "Your inbox shows replies."
    )
    return text % {"time": f"{timezone.localtime(post.appears_at):%H:%M}"}
