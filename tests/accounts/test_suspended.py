from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from sermo.members.models import Member
from tests.accounts.conftest import EnteredMember, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def _is_marked(casey: EnteredMember) -> bool:
    return User.objects.get(pk=casey.user.pk).is_suspended


def test_the_identity_store_learns_of_a_suspension_at_the_next_sign_in_and_not_before(
    casey: EnteredMember,
) -> None:
    Member.objects.filter(pk=casey.credential.member_id).update(suspended_at=dt.date(2026, 1, 1))
    assert not _is_marked(casey)

    client = Client()
    sign_in(client, casey.user.email)

    assert _is_marked(casey)
    assert client.get("/cases/").status_code == 403
    assert client.get("/me/data/").status_code == 200


def test_a_member_who_is_not_suspended_is_not_marked(casey: EnteredMember) -> None:
    sign_in(Client(), casey.user.email)

    assert not _is_marked(casey)
