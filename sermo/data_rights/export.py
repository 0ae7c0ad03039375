"""The copy: the community's half by the sealed worker, the person's half in their own session."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from nacl.public import SealedBox

from accounts import selectors as accounts
from accounts.models import User, VerifiedPerson
from cases.models import FACT_LABELS, Case, Comment
from polls.models import Answer
from sermo.data_rights import owned_records
from sermo.members import notices
from sermo.members.credential_lines import labels
from sermo.members.models import MemberJob
from sermo.members.viewer import Viewer
from verification.models import Application
from verification.personal_data import applicant_details

DAYS_KEPT = 7
Part = tuple[str, Callable[[Viewer], Any]]


def collect(errand: MemberJob, viewer: Viewer) -> bytes:
    """Part for part, telling how far it is; sealed to the member."""
    said: dict[str, Any] = {}
    MemberJob.objects.filter(pk=errand.pk).update(of=len(PARTS), done=0)
    for number, (name, part) in enumerate(PARTS, start=1):
        said[name] = part(viewer)
        MemberJob.objects.filter(pk=errand.pk).update(done=number)
    return bytes(
        SealedBox(notices.notice_key_pair(viewer.secret).public_key).encrypt(
            json.dumps(said).encode()
        )
    )


def open_(viewer: Viewer, errand: MemberJob) -> dict[str, Any]:
    """What `collect` closed, in the member's session."""
    plain = SealedBox(notices.notice_key_pair(viewer.secret)).decrypt(bytes(errand.result))
    said: dict[str, Any] = json.loads(plain)
    return said


def person(user: User) -> dict[str, Any]:
    """What the identity store holds of somebody, opened; asked for in their own session."""
    verified = VerifiedPerson.objects.filter(user=user).first()
    return {
        "e-mail": user.email,
        "account since": str(user.created_month),
        "verified name": accounts.real_name(user),
        "verified": verified
        and {
            "specialty": verified.specialty,
            "country": verified.country,
            "years": verified.years,
            "month": str(verified.verified_month),
        },
        "ways to open the membership": sorted(user.credential_slots.values_list("kind", flat=True)),
        "applications": [_application(user, row) for row in Application.objects.of(user.pk)],
    }


def _application(user: User, row: Application) -> dict[str, Any]:
    told = applicant_details.decrypt(user.decrypt_data_key(), row.details_ciphertext)
    return {
        "state": row.get_state_display(),
        "country": row.country,
        "opened": str(row.opened_month),
        "given": {name: value for name, value in vars(told).items() if value},
        "documents": row.documents.filter(deleted_at__isnull=True).count(),
    }


def _member(viewer: Viewer) -> dict[str, Any]:
    member = viewer.member
    return {
        "handle": member.handle,
        "line shown": labels.credential_line_label(member),
        "mail wanted": member.wants_mail,
    }


def _cases(viewer: Viewer) -> list[dict[str, Any]]:
    mine = Q(author=viewer.member) | Q(pk__in=owned_records.anonymous_cases(viewer))
    return [_case(case) for case in Case.objects.filter(mine).order_by("posted_at", "pk")]


def _case(case: Case) -> dict[str, Any]:
    return {
        "address": case.get_absolute_url(),
        "shown as": case.byline,
        "posted": _time(case.posted_at),
        "title": case.title,
        "question": case.question,
        **{name: getattr(case, name) for name in FACT_LABELS if getattr(case, name)},
        "pictures": case.images.count(),
    }


def _comments(viewer: Viewer) -> list[dict[str, Any]]:
    mine = Q(author=viewer.member) | Q(pk__in=owned_records.anonymous_comments(viewer))
    rows = Comment.objects.filter(mine).select_related("case").order_by("posted_at", "pk")
    return [
        {
            "address": row.get_absolute_url(),
            "shown as": row.byline,
            "posted": _time(row.posted_at),
            "text": row.text,
        }
        for row in rows
    ]


def _ballots(viewer: Viewer) -> list[dict[str, Any]]:
    rows = Answer.objects.filter(pk__in=owned_records.ballots(viewer)).select_related("poll")
    return [
        {
            "poll": row.poll.question,
            "round": row.round,
            "confidence": row.confidence,
            "choices": [one.option.label for one in row.ranked_options.select_related("option")],
        }
        for row in rows.prefetch_related("ranked_options__option")
    ]


def _polls(viewer: Viewer) -> list[dict[str, Any]]:
    """Questions asked of the community under the handle."""
    return [
        {"question": poll.question, "asked": _time(poll.opened_at)}
        for poll in viewer.member.polls_asked.order_by("opened_at", "pk")
    ]


def _smaller_acts(viewer: Viewer) -> dict[str, int]:
    return {
        "cases opened": len(owned_records.openings(viewer)),
        "comments found helpful": len(owned_records.helpfuls(viewer)),
        "reports": len(owned_records.reports(viewer)),
        "wishes for mail": len(owned_records.watches(viewer)),
        "drafts": len(owned_records.drafts(viewer)),
    }


def _time(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


PARTS: tuple[Part, ...] = (
    ("member", _member),
    ("cases", _cases),
    ("comments", _comments),
    ("ballots", _ballots),
    ("community polls", _polls),
    ("smaller acts", _smaller_acts),
    ("bookmarks, follows and drafts", owned_records.shelves),
    ("notices", notices.read_notices),
)


def whole(user: User, viewer: Viewer | None, errand: MemberJob | None) -> bytes:
    """Both halves as one JSON file."""
    said: dict[str, Any] = {"made on": str(timezone.localdate()), "you": person(user)}
    if viewer is not None and errand is not None:
        said["what you said"] = open_(viewer, errand)
    return json.dumps(said, indent=2, ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> str:
    return value.hex if isinstance(value, UUID) else str(value)
