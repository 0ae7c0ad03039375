"""The copy: the community half by the sealed worker, the identity half in the person's session."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from nacl.public import SealedBox

from accounts import selectors as accounts
from accounts.models import SlotContents, User, VerifiedPerson
from cases.models import FACT_LABELS, Case, Comment
from polls.models import Answer, AnswerOption, Concept, Poll, WaitingAnswer
from sermo.core import crypto
from sermo.data_rights.selectors import owned_records
from sermo.data_rights.services import job_payloads
from sermo.members.credential_lines import labels
from sermo.members.encryption.notice_keys import notice_key_pair
from sermo.members.models import MemberJob
from sermo.members.selectors import read_notices
from sermo.members.viewer import Viewer
from sermo.moderation.selectors.texts import originals
from verification.models import Application
from verification.personal_data import applicant_details

# Name in the file, and what reads it.
Part = tuple[str, Callable[[Viewer], Any]]
# A copy is padded to this size or to twice, four times, … as much.
SMALLEST_COPY_BYTES = 65_536


def export_community_half(job: MemberJob, viewer: Viewer) -> bytes:
    """Part for part, with progress; JSON encrypted to the member's key."""
    parts: dict[str, Any] = {}
    job_payloads.report_progress(job, 0, len(PARTS))
    for number, (name, read_part) in enumerate(PARTS, start=1):
        parts[name] = read_part(viewer)
        job_payloads.report_progress(job, number, len(PARTS))
    public_key = notice_key_pair(viewer.secret).public_key
    return bytes(SealedBox(public_key).encrypt(_pad(json.dumps(parts).encode())))


def _pad(plain: bytes) -> bytes:
    """So that the size does not tell which posts, named and anonymous, are in the copy."""
    size = SMALLEST_COPY_BYTES
    while size < len(plain) + crypto.LENGTH_BYTES:
        size *= 2
    return crypto.pad_to_multiple(plain, size)


def decrypt_community_half(viewer: Viewer, job: MemberJob) -> dict[str, Any]:
    """What `export_community_half` encrypted, in the member's session."""
    plaintext = SealedBox(notice_key_pair(viewer.secret)).decrypt(bytes(job.encrypted_result))
    # JSON begins with a brace. Copies from before an update were not padded.
    is_padded = not plaintext.startswith(b"{")
    parts: dict[str, Any] = json.loads(crypto.unpad_multiple(plaintext) if is_padded else plaintext)
    return parts


def export_identity_half(user: User) -> dict[str, Any]:
    """What the identity store holds of the user, decrypted; in the user's own session only."""
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
        "ways to open the membership": _ways_to_open(accounts.read_slots(user.pk)),
        "applications": [_application(user, row) for row in Application.objects.of(user.pk)],
    }


def _ways_to_open(slots: SlotContents) -> dict[str, int]:
    return {
        "password": int(slots.password is not None),
        "recovery code": int(bool(slots.recovery)),
        "devices": len(slots.devices),
        "pairs of custodians": len(slots.custodians.by_pair) if slots.custodians else 0,
    }


def _application(user: User, row: Application) -> dict[str, Any]:
    person = applicant_details.decrypt(user.decrypt_data_key(), row.details_ciphertext)
    return {
        "state": row.get_state_display(),
        "country": row.country,
        "opened": str(row.opened_month),
        "given": {name: value for name, value in vars(person).items() if value},
        "documents": row.documents.filter(deleted_at__isnull=True).count(),
    }


def _member(viewer: Viewer) -> dict[str, Any]:
    member = viewer.member
    return {
        "handle": member.handle,
        "mail wanted": member.wants_mail,
    }


def _cases(viewer: Viewer) -> list[dict[str, Any]]:
    own = Q(author=viewer.member) | Q(pk__in=owned_records.anonymous_cases(viewer))
    rows = list(Case.objects.filter(own).order_by("posted_at", "pk"))
    _put_originals_back(rows)
    return [_case(case) for case in rows]


def _put_originals_back(rows: Sequence[Case | Comment | Poll]) -> None:
    """In memory only: the author's copy has the words that are hidden after a report."""
    if not rows:
        return
    found = originals(type(rows[0]), [row.pk for row in rows])
    for row in rows:
        for name, text in found.get(row.pk, {}).items():
            setattr(row, name, text)


def _case(case: Case) -> dict[str, Any]:
    return {
        "address": case.get_absolute_url(),
        "shown as": case.byline,
        "line shown": labels.credential_line_label(case),
        "posted": _time(case.posted_at),
        "title": case.title,
        "question": case.question,
        **{name: getattr(case, name) for name in FACT_LABELS if getattr(case, name)},
        "pictures": case.images.count(),
    }


def _comments(viewer: Viewer) -> list[dict[str, Any]]:
    own = Q(author=viewer.member) | Q(pk__in=owned_records.anonymous_comments(viewer))
    rows = list(Comment.objects.filter(own).select_related("case").order_by("posted_at", "pk"))
    _put_originals_back(rows)
    return [
        {
            "address": row.get_absolute_url(),
            "shown as": row.byline,
            "line shown": labels.credential_line_label(row),
            "posted": _time(row.posted_at),
            "text": row.text,
        }
        for row in rows
    ]


def _answers(viewer: Viewer) -> list[dict[str, Any]]:
    rows = Answer.objects.filter(pk__in=owned_records.answers(viewer)).select_related("poll")
    return [
        {
            "poll": row.poll.question,
            "round": row.round,
            "confidence": row.confidence,
            "choices": [
                ranked.option.label for ranked in row.ranked_options.select_related("option")
            ],
        }
        for row in rows.prefetch_related("ranked_options__option")
    ]


def _waiting_answers(viewer: Viewer) -> list[dict[str, Any]]:
    """Answers that do not count yet."""
    keys = owned_records.waiting_answers(viewer)
    rows = list(WaitingAnswer.objects.filter(pk__in=keys).select_related("poll"))
    options = AnswerOption.objects.filter(pk__in=[key for row in rows for key in row.ranked])
    names = dict(options.values_list("pk", "label"))
    return [
        {
            "poll": row.poll.question,
            "round": row.round,
            "confidence": row.confidence,
            "choices": [names.get(key, "") for key in row.ranked],
            "added": row.added,
            "test": row.decisive_test,
            "counts from": _time(row.appears_at),
        }
        for row in rows
    ]


def _quizzes(viewer: Viewer) -> list[dict[str, Any]]:
    answers = owned_records.quiz_answers(viewer)
    concepts = {concept for ranked, _confidence in answers.values() for concept in ranked}
    names = dict(Concept.objects.filter(pk__in=concepts).values_list("pk", "name"))
    return [
        {"ranked": [names.get(concept, "") for concept in ranked], "confidence": confidence}
        for ranked, confidence in answers.values()
    ]


def _polls(viewer: Viewer) -> list[dict[str, Any]]:
    """Polls to all members, under the handle."""
    rows = list(viewer.member.polls_asked.order_by("opened_at", "pk"))
    _put_originals_back(rows)
    return [{"question": poll.question, "asked": _time(poll.opened_at)} for poll in rows]


def _smaller_acts(viewer: Viewer) -> dict[str, int]:
    return {
        "cases opened": len(owned_records.answer_reveals(viewer)),
        "comments found helpful": len(owned_records.helpful_marks(viewer)),
        "reports": len(owned_records.reports(viewer)),
        "wishes for mail": len(owned_records.email_subscriptions(viewer)),
        "drafts": len(owned_records.drafts(viewer)),
    }


def _time(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


PARTS: tuple[Part, ...] = (
    ("member", _member),
    ("cases", _cases),
    ("comments", _comments),
    ("ballots", _answers),
    ("ballots that wait", _waiting_answers),
    ("quizzes", _quizzes),
    ("community polls", _polls),
    ("smaller acts", _smaller_acts),
    ("bookmarks, follows and drafts", owned_records.private_sections),
    ("notices", read_notices),
)


def join_halves(user: User, viewer: Viewer | None, job: MemberJob | None) -> bytes:
    """Both halves as one JSON file."""
    content: dict[str, Any] = {
        "made on": str(timezone.localdate()),
        "you": export_identity_half(user),
    }
    if viewer is not None and job is not None:
        content["what you said"] = decrypt_community_half(viewer, job)
    return json.dumps(content, indent=2, ensure_ascii=False, default=_to_text).encode()


def _to_text(value: object) -> str:
    return value.hex if isinstance(value, UUID) else str(value)
