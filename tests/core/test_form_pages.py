"""Whatever meets the sign-in leads back to a page that a link can open."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from sermo.core.unsent.form_pages import FORM_PAGES, FORMS_WITH_WORDS, page_of_address
from tests.access_cast import NAMES
from tests.test_access import people, things

__all__ = ["people", "things"]
pytestmark = pytest.mark.django_db(databases=["default", "identity"])
# Forms that hold a choice, a file or a secret, and no words. A new form belongs here or there.
WORDLESS = {
    "core:theme",
    "core:discard-unsent",
    "core:csp-report",
    "verification:number",
    "verification:evidence",
    "verification:skip-evidence",
    "verification:remove-document",
    "verification:consent",
    "verification:check",
    "verification:enter-code",
    "verification:send-code",
    "verification:withdraw",
    "verification:appeal",
    "verification:verify-again",
    "verification:not-me",
    "verification:resume",
    "verification:review-next",
    "verification:review-claim",
    "verification:review-skip",
    "verification:review-undo",
    "verification:review-confirm",
    "verification:review-disagree",
    "accounts:try-handle",
    "accounts:recovery-code",
    "accounts:unlock",
    "accounts:recovery",
    "accounts:recovered",
    "accounts:recoveries",
    "accounts:sign-out-everywhere",
    "members:mail",
    "data_rights:begin",
    "data_rights:leave",
    "cases:skip-answer",
    "cases:helpful",
    "cases:show-name",
    "cases:follow",
    "cases:bookmark",
    "cases:new",
    "cases:autosave",
    "cases:check",
    "cases:publish",
    "cases:draft-delete",
    "cases:upload",
    "cases:image-remove",
    "cases:image-retry",
    "cases:image-move",
    "polls:undo-merge",
    "polls:decline-answer",
    "notifications:mark-all-read",
    "notifications:mark-read",
    "moderation:withdraw",
    "moderation:stop-reporter",
    "moderation:resume-reporter",
    "moderation:confirm",
    "moderation:refuse",
    "moderation:picture-next",
    "moderation:picture-undo",
}


def address_of(name: str, things: dict[str, Any]) -> str:
    return reverse(name, kwargs={key: things[key] for key in NAMES[name][1]})


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_form_that_meets_the_sign_in_leads_back_to_a_page(
    name: str, things: dict[str, Any]
) -> None:
    visitor = Client(raise_request_exception=False)
    address = address_of(name, things)

    sent = visitor.post(address, {"text": "words", "note": "words", "reasoning": "words"})

    location = sent.get("Location", "")
    for target in parse_qs(urlsplit(location).query).get("next", []):
        assert Client().get(target.partition("#")[0]).status_code != 405, (name, target)
    page = page_of_address(address)
    if Client().get(address).status_code == 405:
        assert name in FORM_PAGES, f"{name} only takes POST: name its page in FORM_PAGES"
    assert Client().get(page).status_code != 405


def test_every_form_is_known_to_hold_words_or_none(things: dict[str, Any]) -> None:
    own = [name for name in NAMES if not name.startswith(("account_", "mfa_"))]

    takes_posts = {
        name
        for name in own
        if Client(raise_request_exception=False).post(address_of(name, things)).status_code != 405
    }

    assert takes_posts == FORMS_WITH_WORDS | WORDLESS
    assert set(FORM_PAGES) <= takes_posts
    assert not FORMS_WITH_WORDS & WORDLESS
