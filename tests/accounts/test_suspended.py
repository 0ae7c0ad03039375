from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from sermo.members.models import Member
from tests.accounts.conftest import Inside, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def test_the_identity_store_learns_of_a_suspension_when_they_next_sign_in_and_not_before(
    inside: Inside,
) -> None:
    Member.objects.filter(pk=inside.pair.member_id).update(suspended_at=dt.date(2026, 1, 1))
    inside.user.refresh_from_db()
    assert not inside.user.is_suspended

    client = Client()
    sign_in(client, inside.user.email)

    inside.user.refresh_from_db()
    assert inside.user.is_suspended
    assert client.get("/cases/").status_code == 403
    assert client.get("/me/data/").status_code == 200


def test_who_is_in_good_standing_is_not_marked(inside: Inside) -> None:
    sign_in(Client(), inside.user.email)

    inside.user.refresh_from_db()
    assert not inside.user.is_suspended
