"""Who wrote a post: asked in the sealed worker only, for a sanction or for break-glass."""

from __future__ import annotations

from uuid import UUID

from sermo.members.services import author_of_capsule
from sermo.moderation.selectors import targets


def post_author_id(kind: str, post_id: UUID) -> UUID | None:
    """The member who wrote the case or comment; None if it is gone, or too old to be known.

    A member who has left is a random id, which is nobody's. Raises `MissingKeyError` outside the
    sealed worker.
    """
    post = targets.posts_by_id({(kind, post_id)}).get(post_id)
    if post is None:
        return None
    return post.author_id or author_of_capsule(post_id)
