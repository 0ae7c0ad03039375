"""One draft in two windows: what only one of them changed is no conflict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.drafts.merging import digests, group_of, merge
from cases.selectors.drafts import own_draft
from sermo.members.viewer import Viewer
from tests.cases.test_drafts import posted
from tests.factories_cases import make_draft

FIELDS = ["history", "examination", "title", "option_1", "option_2", "urgency"]
EDITS = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["", "one", "two", "three"]))


@given(shown=EDITS, mine=EDITS, theirs=EDITS)
def test_each_change_of_one_window_is_saved_and_no_change_of_the_other_is_lost(
    shown: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    start = dict.fromkeys(FIELDS, "") | shown
    here, there = start | mine, start | theirs

    merged = merge(digests(start), here, there)

    for group in {group_of(name) for name in FIELDS}:
        names = [name for name in FIELDS if group_of(name) == group]
        before, own, other, saved = (
            [values.get(name, "") for name in names]
            for values in (start, here, there, merged.values)
        )
        if own == other or other == before:
            expected, is_conflict = own, False
        elif own == before:
            expected, is_conflict = other, False
        else:
            expected, is_conflict = other, True
        assert (saved, group in merged.conflicts) == (expected, is_conflict), group


@pytest.mark.django_db(databases=["default", "identity"])
@pytest.mark.parametrize("name", ["autosave", "draft"])
def test_two_windows_that_change_different_fields_do_not_conflict(
    name: str, osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler, title="Before")
    url = reverse(f"cases:{name}", args=[draft.public_id])

    answers = [
        client.post(url, posted(draft, history="from one window")),
        client.post(url, posted(draft, examination="from the other", option_1="Gout")),
    ]

    assert {answer.status_code for answer in answers} <= {200, 302}
    content = own_draft(osler, draft.public_id).content
    assert (content.history, content.examination) == ("from one window", "from the other")
    assert content.title == "Before"


@pytest.mark.django_db(databases=["default", "identity"])
def test_the_answer_tells_what_the_other_window_saved(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    url = reverse("cases:autosave", args=[draft.public_id])
    client.post(url, posted(draft, history="from one window"))

    answer = client.post(url, posted(draft, examination="from the other"))

    assert answer.json()["fields"] == {"history": "from one window"}


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_conflict_in_one_field_still_saves_the_others(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    url = reverse("cases:autosave", args=[draft.public_id])
    client.post(url, posted(draft, history="one", title="One"))

    both: dict[str, Any] = {"history": "two", "examination": "new"}
    answer = client.post(url, posted(draft, **both))

    assert answer.status_code == 409
    assert answer.json()["fields"] == {"history": "one"}
    content = own_draft(osler, draft.public_id).content
    assert (content.history, content.examination, content.title) == ("one", "new", "One")
