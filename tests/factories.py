"""make_*: minimal synthetic objects that can be recognised as synthetic."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.selectors import read_slots
from accounts.services.credential_slots import change_slots
from cases.models import (
    AskedSpecialty,
    Case,
    CaseSearchEntry,
    CaseStats,
    CaseViewCount,
    Comment,
)
from cases.selectors.own_items import free_comment_key, free_draft_key
from sermo.core import crypto
from sermo.core.coarse import to_minute
from sermo.members import pseudonyms
from sermo.members.credential_lines import released
from sermo.members.credential_lines.k_anonymity import CredentialLine, MemberFacts
from sermo.members.models import Member, ReleasedLine, ShownAs
from sermo.members.records import MEMBER_RECORDS, Record, encode
from sermo.members.services import ensure_member_row, write_author_capsule
from sermo.members.viewer import Viewer
from sermo.members.viewer.private_state import create_private_state

PASSWORD = "a-long-synthetic-pass-phrase"
MONTH = dt.date(2026, 1, 1)


@lru_cache(maxsize=1)
def _password_hash() -> str:
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD)


def make_user(name: str = "applicant", *, role: str = "", issued: bool = False) -> User:
    """A user with a confirmed e-mail address and the password `PASSWORD`."""
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(email=f"{name}@mail.example")
    user.password = _password_hash()
    user.role = role
    user.save()
    if issued:
        change_slots(user.pk, partial(replace, is_issued=True))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_member(handle: str, *, role: str = "") -> Member:
    """A member without a user, who has a row of their own."""
    member = Member.objects.create(
        handle=handle,
        handle_key=handle,
        role=role,
    )
    MEMBER_RECORDS.insert(member.pk.bytes, encode(Record()))
    return member


def make_viewer(handle: str, *, specialty: str = "internal", role: str = "") -> Viewer:
    """A member with a session and the private state of a new one, whose exact line is released."""
    facts = MemberFacts(specialty, "11-20", "US")
    release_line(CredentialLine(*facts))
    viewer = Viewer(make_member(handle, role=role), crypto.new_secret(), facts=facts)
    create_private_state(viewer.secret)
    return viewer


def release_line(line: CredentialLine, **values: int) -> None:
    """Let every member whom the line fits show it, as the nightly pass does."""
    ReleasedLine.objects.update_or_create(**line._asdict(), defaults=values)
    # A process reads the lines once a minute: this one now, so that no test counts it.
    released.forget_released_lines()
    released.released_lines()


def client_for(who: Viewer | User | None) -> Client:
    """A browser signed in as this member, or as this user without a membership.

    A member's user is created for it: no row of either store says which user a member is.
    """
    client = Client()
    if who is None:
        return client
    user = who if isinstance(who, User) else user_of(who)
    session = client.session
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["membership_issued"] = isinstance(who, Viewer) or read_slots(user.pk).is_issued
    if isinstance(who, Viewer):
        session["member_credential"] = {
            "member": who.member.pk.hex,
            "secret": base64.b64encode(who.secret).decode(),
            "facts": who.facts,
        }
    session["signed_in_at"] = timezone.now().isoformat()
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client


def user_of(viewer: Viewer) -> User:
    """The user that `client_for` signs in for this member, created at the first call."""
    name = f"{viewer.member.handle}-user"
    existing = User.objects.filter(email=f"{name}@mail.example").first()
    return existing or make_user(name, issued=True)


def _authorship(author: Viewer, case_id: uuid.UUID, *, anonymous: bool) -> dict[str, Any]:
    now = to_minute(timezone.now())
    line = {"line_specialty": author.line.specialty, "posted_at": now}
    if not anonymous:
        ensure_member_row(author)
        return {**line, "author": author.member, "byline": author.member.handle}
    pseudonym = author.pseudonym(pseudonyms.case_scope(case_id))
    return {
        **line,
        "pseudonym": pseudonym,
        "shown_as": ShownAs.ANONYMOUS,
        "byline": pseudonyms.anonymous_name(pseudonym),
    }


def make_case(author: Viewer, *, anonymous: bool = False, **values: Any) -> Case:
    """A published case with the rows that publishing creates beside it."""
    case_id = free_draft_key(author) or uuid.uuid4()
    values = {
        "title": "A synthetic case",
        "preset": "diagnosis",
        "question": "What is the diagnosis?",
        "specialties": ["internal"],
        **values,
    }
    case = Case.objects.create(
        id=case_id, **_authorship(author, case_id, anonymous=anonymous), **values
    )
    if anonymous:
        write_author_capsule(viewer=author, post_id=case.pk)
    listed = case.hidden_at is None and case.appears_at is None
    CaseStats.objects.create(
        case=case,
        last_activity_at=case.posted_at,
        specialty=case.specialties[0],
        status=case.status,
        urgency=case.urgency,
        is_listed=listed,
    )
    for specialty in case.specialties:
        AskedSpecialty.objects.create(
            case=case,
            specialty=specialty,
            last_activity_at=case.posted_at,
            is_listed=listed,
        )
    CaseViewCount.objects.create(case=case)
    CaseSearchEntry.objects.create(
        case=case,
        vector=SearchVector(Value(case.title)),
        posted_at=case.posted_at,
        is_listed=listed,
    )
    return case


def make_comment(author: Viewer, case: Case, *, anonymous: bool = False, **values: Any) -> Comment:
    """A comment at the next position of the case, included in its counts; or one that waits."""
    stats = CaseStats.objects.get(case=case)
    waits = values.get("appears_at") is not None
    if not waits:
        stats.last_position += 1
        stats.n_comments += 1
        stats.save()
    comment = Comment.objects.create(
        id=free_comment_key(author) if anonymous else uuid.uuid4(),
        case=case,
        position=None if waits else stats.last_position,
        **_authorship(author, case.pk, anonymous=anonymous),
        **{"text": "A synthetic comment.", **values},
    )
    if anonymous:
        write_author_capsule(viewer=author, post_id=comment.pk)
    return comment
