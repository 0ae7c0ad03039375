"""Forms of our own pages arrive, under the policy that hides where they come from."""

from __future__ import annotations

import re

import pytest
from django.test import Client


def post_theme(**headers: str) -> int:
    client = Client(enforce_csrf_checks=True)
    token = re.findall(
        r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/styleguide/").content.decode()
    )[0]
    data = {"csrfmiddlewaretoken": token, "theme": "dark"}
    return client.post("/theme/", data, headers=headers).status_code


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_form_whose_origin_the_browser_hides_is_taken_from_the_same_site() -> None:
    assert post_theme(**{"Origin": "null", "Sec-Fetch-Site": "same-origin"}) == 302


@pytest.mark.django_db(databases=["default", "identity"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused(site: str) -> None:
    assert post_theme(**{"Origin": "null", "Sec-Fetch-Site": site}) == 403


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_hidden_origin_alone_is_refused() -> None:
    assert post_theme(Origin="null") == 403
