"""Telling what happened, and keeping up with it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from sermo.core.jobs import enqueue
from sermo.members.pseudonyms import case_scope
from sermo.members.viewer import Viewer
from sermo.notifications import shelf
from sermo.notifications.models import Event, Kind, Watch

# More mails than this wait for the sweep of the mailer.
MAILS_AT_ONCE = 20

# One statement: number the event within its subject, and copy a mail for each wish that is not
# quiet. Times are hours: a mail row must not date an anonymous comment to the second. That a poll
# is answered is kept once, the last: a row for each answer would tell their order and days.
_TELL = """
WITH happened AS (
  INSERT INTO notifications_event
    (id, subject, number, kind, item, parent, actor, addressee, path, happened_at)
  SELECT gen_random_uuid(), %(subject)s, coalesce(max(number), 0) + 1, %(kind)s, %(item)s,
         %(parent)s, %(actor)s, %(addressee)s, %(path)s, %(happened_at)s
    FROM notifications_event WHERE subject = %(subject)s
  RETURNING number
), replaced AS (
  DELETE FROM notifications_event
   WHERE subject = %(subject)s AND kind = 'answer' AND %(kind)s = 'answer'
), wished AS (
  UPDATE notifications_watch SET quiet_until = %(quiet_until)s
   WHERE subject = %(subject)s
     AND (replies_to IS NULL OR replies_to = %(parent)s)
     AND (for_author OR %(kind)s NOT IN ('reminder', 'moderation'))
     AND (quiet_until IS NULL OR quiet_until <= %(hour)s)
     AND NOT (id = ANY(%(own)s))
  RETURNING capsule
), mailed AS (
  INSERT INTO notifications_sealedmail (id, capsule, kind, attempt, next_at)
  SELECT gen_random_uuid(), capsule, %(kind)s, 0, %(hour)s FROM wished
  RETURNING id
)
SELECT (SELECT number FROM happened), (SELECT coalesce(array_agg(id), '{}') FROM mailed)
"""


@transaction.atomic
def tell(
    *,
    subject: UUID,
    kind: str,
    path: str,
    happened_at: dt.datetime,
    item: UUID | None = None,
    parent: UUID | None = None,
    actor: bytes | None = None,
    addressee: bytes | None = None,
    by: Viewer | None = None,
    except_watch: UUID | None = None,
) -> int:
    """Record that this happened, and queue a mail for each wish; the event's number.

    In the caller's transaction. `path` holds no clinical word; `happened_at` is as coarse as the
    item's own time. `by` gets no mail of the own act; nothing of `by` is stored.
    """
    own = [except_watch] if except_watch else []
    if by is not None:
        own += [watch_id(by, one) for one in (subject, parent) if one is not None]
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"event:{subject.hex}"]
        )
        cursor.execute(
            _TELL,
            {
                "subject": subject,
                "kind": Kind(kind).value,
                "item": item,
                "parent": parent,
                "actor": actor,
                "addressee": addressee,
                "path": path,
                "happened_at": happened_at,
                "hour": hour,
                "quiet_until": hour + dt.timedelta(hours=1),
                "own": own,
            },
        )
        number, mails = cursor.fetchone()
    for mail in mails[:MAILS_AT_ONCE]:
        enqueue("mail.send_community", str(mail))
    return int(number)


def watch_id(viewer: Viewer, about: UUID) -> UUID:
    """The key of this member's wish about a case or a comment; only they compute it."""
    return UUID(bytes=viewer.pseudonym(f"watch:{about.hex}"))


def me_in(viewer: Viewer, subject: UUID) -> set[bytes]:
    """The bytes by which events of this case name the viewer."""
    return {viewer.member.pk.bytes, viewer.pseudonym(case_scope(subject))}


def watch(
    *,
    viewer: Viewer,
    subject: UUID,
    capsule: bytes,
    replies_to: UUID | None = None,
    for_author: bool = False,
) -> None:
    """Wish for mail about the subject, or about replies to one comment only; twice is once."""
    Watch.objects.bulk_create(
        [
            Watch(
                id=watch_id(viewer, replies_to or subject),
                subject=subject,
                replies_to=replies_to,
                capsule=capsule,
                for_author=for_author,
            )
        ],
        ignore_conflicts=True,
    )


def follow(
    *, viewer: Viewer, subject: UUID, capsule: bytes | None, for_author: bool = False
) -> None:
    """News of the subject from now on; by mail too where a contact capsule is given."""
    shelf.follow(viewer, subject, last_number(subject))
    if capsule is not None:
        watch(viewer=viewer, subject=subject, capsule=capsule, for_author=for_author)


def unfollow(*, viewer: Viewer, subject: UUID) -> None:
    """No more news of it, not even of one's own case; mail ends with it."""
    shelf.unfollow(viewer, subject)
    Watch.objects.filter(pk=watch_id(viewer, subject)).delete()


def last_number(subject: UUID) -> int:
    """The number of the latest event; 0 where nothing has happened."""
    last = Event.objects.filter(subject=subject).aggregate(last=Max("number"))["last"]
    return int(last or 0)


def mark_read(*, viewer: Viewer, subject: UUID) -> None:
    """Everything of the subject so far is read."""
    shelf.read_up_to(viewer, {subject: last_number(subject)})


def mark_all_read(*, viewer: Viewer) -> None:
    """Everything in the inbox so far is read."""
    rows = (
        Event.objects.filter(subject__in=shelf.subjects(viewer))
        .order_by()
        .values_list("subject")
        .annotate(last=Max("number"))
    )
    shelf.read_up_to(viewer, dict(rows))
