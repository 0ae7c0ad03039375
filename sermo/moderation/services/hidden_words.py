"""Takes words out of the texts of a post, and puts them or others back.

The rows of the post are changed, so feed, search, quotes, copies and pages all show the same. The
caller holds `lock_post` and a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Field

from cases.models import Case
from cases.services import index_case
from polls.models import AnswerOption, DecisiveTest
from sermo.core.advisory_lock import lock_until_commit
from sermo.moderation import policies
from sermo.moderation.models import HiddenText, Report
from sermo.moderation.selectors.targets import ReportTarget
from sermo.moderation.selectors.texts import (
    PostText,
    TextValue,
    hidden_texts,
    original_texts,
    row_model,
)

# Leaves room for a number in the label of an answer option.
MAX_NUMBERED_LABEL = 195


def lock_post(item: ReportTarget) -> None:
    """One report or decision about a post at a time; until the commit."""
    lock_until_commit(f"moderation:{item.pk.hex}")


def hide_words(item: ReportTarget, passages: Collection[str]) -> None:
    """Hide exactly these words in all texts of the post. Words hidden before and not named return.

    Idempotent.
    """
    _put_back(item)
    texts = original_texts(item)
    pattern = policies.pattern_of(passages)
    labels: set[str] = set()
    for text in texts:
        shown = _change(text.value, lambda part: policies.hide_words(pattern, part))
        if shown == text.value:
            continue
        shown = _distinct(_cut(text, shown), text, labels)
        _write(text, before=text.value, after=shown)
        HiddenText.objects.create(
            model=text.model,
            row_id=text.row_id,
            field=text.field,
            target_id=item.pk,
            original=text.value,
            shown=shown,
        )
    _index(item)


def show_words(item: ReportTarget) -> None:
    """Put the original texts back. Idempotent."""
    _put_back(item)
    _index(item)


def replace_words(item: ReportTarget, replacements: Mapping[str, str]) -> None:
    """Put the author's words in place of the passages, for always: the originals are deleted."""
    for row, text in zip(hidden_texts(item), mended_texts(item, replacements), strict=True):
        _write(text, before=row.shown, after=text.value)
    forget_originals(item)
    _index(item)


def mended_texts(item: ReportTarget, replacements: Mapping[str, str]) -> list[PostText]:
    """The texts in which words are hidden, as they would be with the author's words.

    In what others have answered the words are removed: an author must not write in their names.
    """
    pattern = policies.pattern_of(replacements)
    labels: set[str] = set()
    rows = hidden_texts(item)
    answered = _rows_of_answers(rows)

    def mended(row: HiddenText) -> PostText:
        new_words = {} if row.row_id in answered else replacements
        value = _change(row.original, lambda part: policies.replace_words(pattern, part, new_words))
        text = PostText(*row.key, value)
        return PostText(*row.key, _distinct(value, text, labels))

    return [mended(row) for row in rows]


def _rows_of_answers(rows: list[HiddenText]) -> set[UUID]:
    """Keys of the tests, and of the options that came with an answer."""
    keys = [row.row_id for row in rows]
    added = AnswerOption.objects.filter(pk__in=keys, hidden_until_answer=True)
    tests = DecisiveTest.objects.filter(pk__in=keys)
    return {*added.values_list("pk", flat=True), *tests.values_list("pk", flat=True)}


def has_too_long_text(texts: list[PostText]) -> bool:
    """Whether the author's words are too many for a field."""
    return any(len(part) > (max_length(text) or len(part)) for text in texts for part in text.parts)


def keeps_passages(item: ReportTarget, replacements: Mapping[str, str]) -> bool:
    """Whether a passage would still occur in a text with the author's words."""
    pattern = policies.pattern_of(replacements)
    texts = mended_texts(item, replacements)
    return any(pattern.search(policies.normal_form(part)) for text in texts for part in text.parts)


def forget_originals(item: ReportTarget) -> None:
    """Delete the stored originals of the post."""
    HiddenText.objects.filter(target_id=item.pk).delete()


def forget_reported_words(item: ReportTarget) -> None:
    """The author deletes the post: no report holds words of it either. Idempotent."""
    lock_post(item)
    forget_originals(item)
    Report.objects.filter(target_id=item.pk).update(passages=[])


def max_length(text: PostText) -> int | None:
    """The most characters that the field holds; None where there is no limit."""
    field: Field[object, object] = row_model(text.model)._meta.get_field(text.field)  # type: ignore[assignment]
    base = field.base_field if isinstance(field, ArrayField) else field
    limit: int | None = base.max_length
    return limit


def _put_back(item: ReportTarget) -> None:
    for row in hidden_texts(item):
        text = PostText(*row.key, row.original)
        _write(text, before=row.shown, after=row.original)
    forget_originals(item)


def _distinct(shown: TextValue, text: PostText, labels: set[str]) -> TextValue:
    """Two answer options of one poll must differ, also where all their words are hidden."""
    if text.model != AnswerOption._meta.label_lower or not isinstance(shown, str):
        return shown
    label, number = shown, 1
    while label in labels:
        number += 1
        label = f"{shown[:MAX_NUMBERED_LABEL]} {number}"
    labels.add(label)
    return label


def _change(value: TextValue, change: Callable[[str], str]) -> TextValue:
    return change(value) if isinstance(value, str) else [change(part) for part in value]


def _cut(text: PostText, shown: TextValue) -> TextValue:
    """The mark can be longer than the words. What is cut off is in the original."""
    limit = max_length(text)
    return _change(shown, lambda part: part[:limit])


def _write(text: PostText, *, before: TextValue, after: TextValue) -> None:
    """Change the field, unless it was changed by somebody else, for example emptied on leaving."""
    rows = row_model(text.model)._default_manager.filter(pk=text.row_id, **{text.field: before})
    rows.update(**{text.field: after})


def _index(item: ReportTarget) -> None:
    if isinstance(item, Case):
        index_case(case=item)
