"""The authors of anonymous posts, for moderators' sanctions and for break-glass.

A capsule is written with the post. In the night the sealed worker encrypts every capsule anew and
takes the authors out who have left: no capsule changes alone, and none at the time of an act.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Collection
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from sermo.core import coarse
from sermo.core.crypto import DecryptionError
from sermo.members.encryption.post_columns import decrypt_member_id, encrypt_member_id
from sermo.members.models import AbstractPost, AuthorCapsule
from sermo.members.viewer import Viewer

log = logging.getLogger(__name__)

CHUNK_CAPSULES = 1000
_RENEW = """
UPDATE members_authorcapsule capsule
   SET ciphertext = renewed.ciphertext, renewed_on = %s
  FROM unnest(%s::uuid[], %s::bytea[]) AS renewed (post_id, ciphertext)
 WHERE capsule.post_id = renewed.post_id
"""


def write_author_capsule(*, viewer: Viewer, post_id: UUID) -> None:
    """Write the capsule of an anonymous post, in the caller's transaction."""
    AuthorCapsule.objects.create(
        post_id=post_id,
        ciphertext=encrypt_member_id(viewer.member.pk),
        week=coarse.to_week(timezone.localdate()),
    )


def author_of_capsule(post_id: UUID) -> UUID | None:
    """The member id in the capsule of this post; None where there is none any more.

    In the sealed worker only. Raises `DecryptionError`; elsewhere `MissingKeyError`.
    """
    capsule = AuthorCapsule.objects.filter(pk=post_id).first()
    return decrypt_member_id(capsule.ciphertext) if capsule else None


def renew_author_capsules(*, left: Collection[UUID]) -> int:
    """Nightly, in the sealed worker: encrypt every capsule anew; how many.

    The capsules of members who have `left` get a random id. Those that are too old, and those of
    posts that have a name or are gone, are deleted. Broken off, it continues where it was.
    """
    oldest = timezone.localdate() - dt.timedelta(days=settings.AUTHOR_CAPSULE_DAYS)
    AuthorCapsule.objects.filter(week__lt=oldest).delete()
    n_renewed, after = 0, UUID(int=0)
    while chunk := _renew_chunk(after, left):
        n_renewed, after = n_renewed + len(chunk), chunk[-1]
    return n_renewed


@transaction.atomic
def _renew_chunk(after: UUID, left: Collection[UUID]) -> list[UUID]:
    """The posts of the next capsules by post id, which is random."""
    tonight = timezone.localdate()
    due = AuthorCapsule.objects.select_for_update().filter(pk__gt=after)
    capsules = list(due.exclude(renewed_on=tonight).order_by("pk")[:CHUNK_CAPSULES])
    posts = [capsule.pk for capsule in capsules]
    anonymous = _anonymous_posts(posts)
    renewed = {
        capsule.pk: _renew(capsule.ciphertext, left)
        for capsule in capsules
        if capsule.pk in anonymous
    }
    AuthorCapsule.objects.filter(pk__in=set(posts) - anonymous).delete()
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [tonight, list(renewed), list(renewed.values())])
    return posts


def _renew(ciphertext: bytes, left: Collection[UUID]) -> bytes:
    """A capsule that does not decrypt stays as it is, so that it stops no other."""
    try:
        author_id = decrypt_member_id(ciphertext)
    except DecryptionError:
        log.error("an author capsule cannot be decrypted and was left")
        return ciphertext
    return encrypt_member_id(uuid.uuid4() if author_id in left else author_id)


def _anonymous_posts(post_ids: Collection[UUID]) -> set[UUID]:
    """Those of the posts that still have no name."""
    found: set[UUID] = set()
    for model in apps.get_models():
        if issubclass(model, AbstractPost):
            posts = model._default_manager.filter(pk__in=post_ids, author__isnull=True)
            found.update(posts.values_list("pk", flat=True))
    return found
