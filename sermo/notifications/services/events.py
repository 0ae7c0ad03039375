"""Recording what happened in a case."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from sermo.core.coarse import to_hour
from sermo.core.jobs import enqueue
from sermo.members.viewer import Viewer
from sermo.notifications.models import EventKind
from sermo.notifications.selectors.subscriptions import subscription_id

# The rest is found by `services.email.enqueue_due_emails`.
MAX_EMAILS_ENQUEUED = 20

# One statement: it numbers the event within its subject and adds an email for each subscription
# that is not quiet. Times are whole hours, because an email row must not tell the second of an
# anonymous comment. A report about a comment concerns its author, whom no subscription names, so no
# email tells of it. Of the kind "answer" only the last event is kept, because a row for each
# answer would tell their order and days.
_NOTIFY_SQL = """
WITH happened AS (
  INSERT INTO notifications_event
    (id, subject, number, kind, comment_id, parent_comment_id, actor, addressee, path, happened_at)
  SELECT gen_random_uuid(), %(subject)s, coalesce(max(number), 0) + 1, %(kind)s, %(comment_id)s,
         %(parent_comment_id)s, %(actor)s, %(addressee)s, %(path)s, %(happened_at)s
    FROM notifications_event WHERE subject = %(subject)s
  RETURNING number
), replaced AS (
  DELETE FROM notifications_event
   WHERE subject = %(subject)s AND kind = 'answer' AND %(kind)s = 'answer'
), subscribed AS (
  UPDATE notifications_emailsubscription SET quiet_until = %(quiet_until)s
   WHERE subject = %(subject)s
     AND (replies_to IS NULL OR replies_to = %(parent_comment_id)s)
     AND (for_author OR %(kind)s NOT IN ('reminder', 'moderation', 'cover'))
     AND NOT (%(kind)s = 'cover' AND %(comment_id)s::uuid IS NOT NULL)
     AND (quiet_until IS NULL OR quiet_until <= %(hour)s)
     AND NOT (id = ANY(%(excluded)s))
  RETURNING capsule
), emailed AS (
  INSERT INTO notifications_notificationemail (id, capsule, kind, attempt, next_at)
  SELECT gen_random_uuid(), capsule, %(kind)s, 0, %(hour)s FROM subscribed
  RETURNING id
)
SELECT (SELECT number FROM happened), (SELECT coalesce(array_agg(id), '{}') FROM emailed)
"""


@dataclass(frozen=True)
class NewEvent:
    """What happened. `path` must hold no clinical word.

    `happened_at` must be as coarse as the time of the post. `actor` and `addressee` are 16 bytes,
    as in `Event`.
    """

    subject: UUID
    kind: str
    path: str
    happened_at: dt.datetime
    comment_id: UUID | None = None
    parent_comment_id: UUID | None = None
    actor: bytes | None = None
    addressee: bytes | None = None


@transaction.atomic
def notify(event: NewEvent, *, by: Viewer | None = None) -> int:
    """Record the event and queue an email for each subscription. Returns the event's number.

    Holds an advisory lock on the subject until the caller's transaction ends, so that the numbers
    have no gap. `by` gets no email about their own act, and nothing about `by` is stored.
    """
    about = (event.subject, event.parent_comment_id)
    excluded = [subscription_id(by, key) for key in about if key is not None] if by else []
    hour = to_hour(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"event:{event.subject.hex}"]
        )
        cursor.execute(
            _NOTIFY_SQL,
            {
                **asdict(event),
                "kind": EventKind(event.kind).value,
                "hour": hour,
                "quiet_until": hour + dt.timedelta(hours=1),
                "excluded": excluded,
            },
        )
        number, email_ids = cursor.fetchone()
    for email_id in email_ids[:MAX_EMAILS_ENQUEUED]:
        enqueue("mail.send_community", str(email_id))
    return int(number)
