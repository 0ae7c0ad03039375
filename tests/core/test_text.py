"""Line ends, composed characters and limits count the same on the way in, in forms and columns."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from django import forms
from django.apps import apps
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

import cases.forms.comments
import cases.forms.drafts
import cases.forms.outcomes
import cases.forms.redactions
import polls.forms.answer
import polls.forms.community_poll
import polls.forms.quiz
import sermo.moderation.forms
import verification.forms.review
import verification.forms.status
from cases.models import Comment
from cases.selectors.drafts import own_draft
from sermo.core.text import normalise
from sermo.core.written_field import WrittenField
from sermo.members.viewer import Viewer
from tests.cases.test_drafts import posted
from tests.factories import make_case
from tests.factories_cases import make_draft

LINE_ENDS = ["\r\n", "\r", "\n", "\v", "\f", "\x85", "\u2028", "\u2029"]
MODULES = [
    cases.forms.comments,
    cases.forms.drafts,
    cases.forms.outcomes,
    cases.forms.redactions,
    polls.forms.answer,
    polls.forms.community_poll,
    polls.forms.quiz,
    sermo.moderation.forms,
    verification.forms.review,
    verification.forms.status,
]


def written_fields() -> Iterator[tuple[str, WrittenField]]:
    """Every field of every form in which a person writes."""
    for module in MODULES:
        for form in vars(module).values():
            if isinstance(form, type) and issubclass(form, forms.BaseForm):
                for name, field in getattr(form, "base_fields", {}).items():
                    if isinstance(field, WrittenField) and field.written_limit:
                        yield f"{form.__module__}.{form.__name__}.{name}", field


FIELDS = dict(written_fields())


@given(st.lists(st.tuples(st.text("aéñ日 "), st.sampled_from(LINE_ENDS))))
def test_each_line_end_is_one_character_and_the_words_stay(lines: list[tuple[str, str]]) -> None:
    text = "".join(itertools.chain.from_iterable(lines))

    clean = normalise(text)

    # Two ends that meet may be one: CR and LF are the end of one line.
    expected = "".join(line + "\n" for line, _end in lines)
    assert clean.replace("\n", "") == unicodedata.normalize("NFC", expected.replace("\n", ""))
    assert not set(clean) & set("\r\v\f\x85\u2028\u2029")
    assert normalise(clean) == clean


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_text_at_the_limit_fits_and_one_beyond_says_how_much(name: str) -> None:
    field = FIELDS[name]
    limit = field.written_limit or 0

    fits = field.clean(normalise("a" * (limit - 2) + "\r\n" + "b"))
    with pytest.raises(forms.ValidationError) as refusal:
        field.clean("a" * (limit + 2660))

    assert len(fits) == limit
    assert "2660 characters too long" in str(refusal.value)
    assert "maxlength" not in field.widget.attrs
    assert field.widget.attrs["data-max-length"] == limit


def test_no_form_of_words_cuts_and_no_column_is_shorter_than_its_form() -> None:
    columns = {
        "cases.forms.comments.ScannedTextForm.text": ("cases", "comment", "text"),
        "cases.forms.outcomes.OutcomeForm.diagnosis": ("cases", "outcome", "diagnosis"),
        "sermo.moderation.forms.DecisionForm.note": ("moderation", "moderationdecision", "note"),
        "polls.forms.community_poll.CommunityPollForm.question": ("polls", "poll", "question"),
    }

    for name, (app, model, column) in columns.items():
        stored = apps.get_model(app, model)._meta.get_field(column)
        assert FIELDS[name].written_limit == stored.max_length, name


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_comment_of_8000_characters_with_many_lines_is_taken_as_a_browser_sends_it(
    osler: Viewer, blackwell: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    text = "\r\n".join("ab" for _line in range(2667))  # 8,000 as people count, 10,666 as sent

    answer = client_for(blackwell).post(
        reverse("cases:comment", args=[make_case(osler).public_id]),
        {"text": text, "shown_as": "handle"},
    )

    assert answer.status_code == 302
    assert Comment.objects.get().text == text.replace("\r\n", "\n")


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_draft_keeps_a_paste_that_is_too_long_and_is_published_only_once_it_fits(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler)
    pasted = "a" * 10_660

    saved = client.post(
        reverse("cases:autosave", args=[draft.public_id]), posted(draft, history=pasted)
    )

    assert saved.status_code == 200
    assert own_draft(osler, draft.public_id).content.history == pasted
    check = client.get(reverse("cases:check", args=[draft.public_id])).content.decode()
    assert "History is 2660 characters too long." in check
