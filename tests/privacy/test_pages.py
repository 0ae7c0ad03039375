from __future__ import annotations

import pytest
from django.test import Client

from sermo.core.threat_model import BREACH_SCENARIOS, KEY_HOLDERS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def test_the_privacy_page_says_who_holds_what_and_what_each_theft_gives() -> None:
    page = Client().get("/privacy/").content.decode()

    for scenario in BREACH_SCENARIOS:
        row = page[page.index(f'data-breach-scenario="{scenario.code}"') :].partition("</tr>")[0]
        for words in (scenario.held, scenario.gives, scenario.links):
            assert words in row
    for holder in KEY_HOLDERS:
        assert holder.keys in page


@pytest.mark.parametrize("address", ["/privacy/", "/help/", "/accounts/password/reset/"])
def test_the_way_back_is_told_wherever_it_matters(address: str) -> None:
    page = Client().get(address).content.decode()

    assert "72 hours" in page
    assert "recovery code" in page
