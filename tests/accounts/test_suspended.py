from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from sermo.members.models import Member
from tests.accounts.conftest import Inside, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def _is_marked(inside: Inside) -> bool:
    return User.objects.get(pk=inside.user.pk).is_suspended


def test_the_identity_store_learns_of_a_suspension_when_they_next_sign_in_and_not_before(
    inside: Inside,
) -> None:
    Member.objects.filter(pk=inside.pair.member_id).update(suspended_at=dt.date(2026, 1, 1))
    assert not _is_marked(inside)

    client = Client()
    sign_in(client, inside.user.email)

    assert _is_marked(inside)
    assert client.get("/cases/").status_code == 403
    assert client.get("/me/data/").status_code == 200


def test_who_is_in_good_standing_is_not_marked(inside: Inside) -> None:
    sign_in(Client(), inside.user.email)

    assert not _is_marked(inside)
