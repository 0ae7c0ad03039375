from __future__ import annotations

import pytest
from django.test import Client

from sermo.core.threat_model import BREACH_SCENARIOS, KEY_HOLDERS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def test_the_privacy_page_lists_key_holders_and_breach_scenarios() -> None:
    page = Client().get("/privacy/").content.decode()

    for scenario in BREACH_SCENARIOS:
        row = page[page.index(f'data-breach-scenario="{scenario.code}"') :].partition("</tr>")[0]
        for words in (scenario.stolen, scenario.links):
            assert words in row
    for holder in KEY_HOLDERS:
        assert holder.keys in page


@pytest.mark.parametrize("address", ["/privacy/", "/help/", "/accounts/password/reset/"])
def test_recovery_is_explained_on_each_page_that_needs_it(address: str) -> None:
    page = Client().get(address).content.decode()

    assert "72 hours" in page
    assert "recovery code" in page
