"""Every address, everybody who may ask for it, and a thing for each parameter.

Read by the tests that walk all addresses: access, odd requests, outages, leaks.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import save_verified_person
from accounts.services.pausing import pause_membership
from cases.drafts import encryption
from cases.drafts.content import DraftContent
from cases.models import Draft, Image, ImageState
from polls.models import Poll, PollKind
from sermo.members.pseudonyms import draft_scope
from sermo.members.services import suspend_member
from sermo.members.viewer import Viewer
from sermo.moderation.models import Sanction
from tests.factories import client_for, make_case, make_comment, make_user, make_viewer, user_of
from verification.models import Application, ApplicationState
from verification.models.application import CLOSED_STATES

PUBLIC_ID = "0" * 12
ADMIN_SITES = ("identity_admin:", "community_admin:")
Person = Viewer | User | None


def url_names(
    resolver: URLResolver, namespace: str = "", keys: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[URLPattern, tuple[str, ...]]]]:
    """Each URL name, with its pattern and the names of its parameters."""
    for pattern in resolver.url_patterns:
        parameters = (*keys, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from url_names(pattern, inner, parameters)
        else:
            yield f"{namespace}{pattern.name}", (pattern, parameters)


NAMES = {
    name: pattern for name, pattern in url_names(get_resolver()) if not name.startswith(ADMIN_SITES)
}


def address_of(name: str, things: dict[str, Any]) -> str:
    return reverse(name, kwargs={key: things[key] for key in NAMES[name][1]})


def make_people() -> dict[str, Person]:
    """One person for each column of tests/access_table.py."""
    suspended = make_viewer("suspended")
    suspend_member(suspended.member.pk)
    return {
        "visitor": None,
        "applicant": make_user("applicant"),
        "member": make_viewer("member"),
        "author": make_viewer("author"),
        "moderator": make_viewer("moderator", role="moderator"),
        "admin": make_viewer("admin", role="admin"),
        "reviewer": make_user("reviewer", role="reviewer"),
        "registrar": make_user("registrar", role="registrar"),
        "suspended": suspended,
    }


def make_people_in_states() -> dict[str, Person]:
    """One person for each column of tests/access_states.py.

    `locked` is signed in on a device where the credential was not opened; `verified` may enter and
    has not.
    """
    paused = make_viewer("paused")
    client_for(paused)
    pause_membership(user=user_of(paused))
    people: dict[str, Person] = {
        "paused": paused,
        "paused moderator": _paused_moderator(),
        "locked": make_user("locked", issued=True),
        "verified": _verified("verified"),
    }
    for state in ApplicationState.values:
        people[state] = make_user(f"applicant-{state.replace('_', '-')}")
        make_application(people[state], state)
    return people


def _paused_moderator() -> Viewer:
    moderator = make_viewer("paused-moderator", role="moderator")
    client_for(moderator)
    pause_membership(user=user_of(moderator))
    return moderator


def _verified(name: str) -> User:
    user = make_user(name)
    save_verified_person(
        user=user,
        member_class="physician",
        specialty="internal",
        country="US",
        years="11-20",
        real_name="Casey Sampleton",
    )
    return user


def make_application(user: Any, state: str) -> Application:
    """An application of this user, in this state, as the rows of the database allow it."""
    is_closed = state in CLOSED_STATES
    return Application.objects.create(
        user=user,
        state=state,
        opened_month=dt.date(2026, 1, 1),
        number_index=secrets.token_bytes(32),
        submitted_at=timezone.now(),
        closed_at=timezone.now() if is_closed else None,
        expires_at=None if is_closed else timezone.now() + dt.timedelta(days=7),
    )


def make_things(people: dict[str, Any]) -> dict[str, Any]:
    """A value for each URL parameter; the case, comment and poll belong to the author."""
    author: Viewer = people["author"]
    case = make_case(author)
    comment = make_comment(author, case)
    poll = Poll.objects.create(
        case=case, kind=PollKind.OPINION, question="Which?", opened_at=case.posted_at
    )
    poll.options.create(label="One")
    draft = _make_draft(author)
    image = Image.objects.create(
        draft=draft,
        state=ImageState.AWAITING_REVIEW,
        received_at=timezone.now(),
        width=10,
        height=10,
    )
    sanction = Sanction.objects.create(
        target_kind="case",
        target_id=case.pk,
        reason="abuse",
        requested_by=people["admin"].member,
        requested_at=timezone.now(),
    )
    application = make_application(make_user("somebody-else"), ApplicationState.DRAFT)
    return {
        "case_id": case.public_id,
        "comment_id": comment.public_id,
        "poll_id": poll.public_id,
        "concept_id": uuid.uuid4(),
        "option_id": uuid.uuid4(),
        "test_id": PUBLIC_ID,
        "merge_id": PUBLIC_ID,
        "provider": "nppes",
        "draft_id": draft.public_id,
        "image_id": image.public_id,
        "sanction_id": sanction.public_id,
        "report_id": PUBLIC_ID,
        "application_id": application.public_id,
        "document_id": PUBLIC_ID,
        "item_id": case.public_id,
        "kind": "case",
        "subject": case.pk,
        "number": 1,
        "frame": 0,
        "direction": "up",
        "size": "480",
        "token": "no-such-token",
        "pk": 1,
    }


def _make_draft(author: Viewer) -> Draft:
    draft_id = uuid.uuid4()
    return Draft.objects.create(
        id=draft_id,
        owner_pseudonym=author.pseudonym(draft_scope(draft_id)),
        ciphertext=encryption.encrypt_content(author, draft_id, DraftContent()),
        expires_on=dt.date(2030, 1, 1),
    )
