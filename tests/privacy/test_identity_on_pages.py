"""No page of the community shows anything of the identity store: walked by address and role."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.models import User
from accounts.services import save_verified_person
from sermo.members.viewer import Viewer
from tests.access_cast import NAMES, address_of, make_people, make_things
from tests.access_table import TABLE
from tests.factories import client_for, user_of

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
# What a person sees of their own account, on pages that are theirs alone.
OWN_PAGES = ("accounts:", "account_", "mfa_", "verification:", "data_rights:")
MEMBERS = ("member", "author", "moderator", "admin")
REAL_NAME = "Casey Sampleton-Unseen"
PAGES = sorted(
    name for name, row in TABLE.items() if row.startswith("GET") and not name.startswith(OWN_PAGES)
)


@pytest.fixture
def people(db: Any) -> dict[str, Any]:
    people: dict[str, Any] = make_people()
    for role in MEMBERS:
        member = people[role]
        assert isinstance(member, Viewer)
        save_verified_person(
            user=account(member),
            member_class="physician",
            specialty="internal",
            country="US",
            years="11-20",
            real_name=REAL_NAME,
        )
    return people


def account(member: Viewer) -> User:
    client_for(member)
    return user_of(member)


def shown(response: Any) -> str:
    """Body, headers and cookies."""
    content = b"".join(response) if response.streaming else response.content
    return f"{content.decode(errors='replace')}\n{response.headers}\n{response.cookies}"


@pytest.mark.parametrize("role", MEMBERS)
def test_no_page_shows_who_anybody_is(role: str, people: dict[str, Any]) -> None:
    things = make_things(people)
    accounts = [account(people[other]) for other in MEMBERS]
    unwanted = {REAL_NAME, *(part for user in accounts for part in (str(user.pk), user.pk.hex))}
    unwanted |= {user.email for user in accounts}
    client = client_for(people[role])

    found = []
    for name in PAGES:
        page = shown(client.get(address_of(name, things)))
        found += [(name, part) for part in unwanted if re.search(re.escape(part), page, re.I)]

    assert len(NAMES) > len(PAGES) > 40
    assert found == []
