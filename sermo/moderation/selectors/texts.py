"""The texts of a post in which words can be hidden, and those that a viewer can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from cases.models import FACT_FIELDS, Case, Comment, Image, Outcome
from cases.selectors import sees_answers
from polls.models import AnswerOption, DecisiveTest, Poll
from sermo.members.viewer import Viewer
from sermo.moderation.models import HiddenText
from sermo.moderation.selectors.targets import ReportTarget

# A text, or the tags of a case.
TextValue = str | list[str]
_CASE_FIELDS = ("title", "question", *FACT_FIELDS, "tags")
_OUTCOME_FIELDS = ("diagnosis", "learning_point")
_PICTURE_FIELDS = ("caption", "alt")


@dataclass(frozen=True)
class PostText:
    """One field of one row that belongs to a post."""

    model: str
    row_id: UUID
    field: str
    value: TextValue

    @property
    def key(self) -> tuple[str, UUID, str]:
        return self.model, self.row_id, self.field

    @property
    def parts(self) -> list[str]:
        return [self.value] if isinstance(self.value, str) else self.value


def post_texts(item: ReportTarget, *, with_answers: bool = True) -> list[PostText]:
    """The texts as the database holds them now.

    A case includes captions, alt texts and polls, and with the answers its outcome, the answer
    options that members added, and the tests that they named.
    """
    return list(_texts(item, with_answers=with_answers))


def original_texts(item: ReportTarget, *, with_answers: bool = True) -> list[PostText]:
    """The texts as their author wrote them, also where words are hidden."""
    hidden = {row.key: row.original for row in hidden_texts(item)}
    return [
        PostText(*text.key, hidden.get(text.key, text.value))
        for text in post_texts(item, with_answers=with_answers)
    ]


def readable_texts(viewer: Viewer, item: ReportTarget) -> list[str]:
    """What a member can have read: answers and outcome only where they see the answers.

    Words that are hidden now are included, so that a second member can report the same words.
    """
    with_answers = not isinstance(item, Case) or sees_answers(viewer, item)
    return [part for text in original_texts(item, with_answers=with_answers) for part in text.parts]


def hidden_texts(item: ReportTarget) -> list[HiddenText]:
    """The originals of the texts of this post in which words are hidden now."""
    return list(HiddenText.objects.filter(target_id=item.pk))


def originals(model: type[Model], ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """Field and text of the hidden originals of these rows, for their author's own copy."""
    found: dict[UUID, dict[str, Any]] = {}
    for row in HiddenText.objects.filter(model=model._meta.label_lower, row_id__in=ids):
        found.setdefault(row.row_id, {})[row.field] = row.original
    return found


def row_model(label: str) -> type[Model]:
    """The model that a label of `PostText` names."""
    return apps.get_model(label)


def _texts(item: ReportTarget, *, with_answers: bool) -> Iterator[PostText]:
    if isinstance(item, Comment):
        yield from _fields(Comment, {"pk": item.pk}, ("text",))
    elif isinstance(item, Poll):
        yield from _fields(Poll, {"pk": item.pk}, ("question",))
        yield from _fields(AnswerOption, {"poll_id": item.pk}, ("label",))
    elif isinstance(item, Image):
        yield from _fields(Image, {"pk": item.pk}, _PICTURE_FIELDS)
    else:
        yield from _fields(Case, {"pk": item.pk}, _CASE_FIELDS)
        yield from _fields(Image, {"case_id": item.pk}, _PICTURE_FIELDS)
        yield from _fields(Poll, {"case_id": item.pk}, ("question",))
        options = {"poll__case_id": item.pk}
        shown = options if with_answers else options | {"hidden_until_answer": False}
        yield from _fields(AnswerOption, shown, ("label",))
        if with_answers:
            yield from _fields(DecisiveTest, options, ("text",))
            yield from _fields(Outcome, {"case_id": item.pk}, _OUTCOME_FIELDS)


def _fields(
    model: type[Model], rows: Mapping[str, object], names: tuple[str, ...]
) -> Iterator[PostText]:
    label = model._meta.label_lower
    found = model._default_manager.filter(**rows).order_by("pk")
    for pk, *values in found.values_list("pk", *names):
        for name, value in zip(names, values, strict=True):
            if value:
                yield PostText(label, pk, name, value)
