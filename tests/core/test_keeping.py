"""What is kept of a page is the same as what would be written, and no more than that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sermo.core.templatetags import keeping


@dataclass(frozen=True)
class Row:
    text: str
    n: int = 0


class Counting:
    """How often the block reads it."""

    def __init__(self) -> None:
        self.n = 0

    def __str__(self) -> str:
        self.n += 1
        return str(self.n)


def written(template: Template, **values: Any) -> str:
    return template.render(Context(values))


def test_the_same_values_are_written_once() -> None:
    template = Template("{% load keeping %}{% kept row %}{{ row.text }} {{ reads }}{% endkept %}")
    reads = Counting()

    first = written(template, row=Row("a"), reads=reads)
    again = written(template, row=Row("a"), reads=reads)
    other = written(template, row=Row("a", 1), reads=reads)

    assert first == again == "a 1"
    assert other == "a 2"


@given(st.lists(st.tuples(st.text(), st.integers(0, 3)), max_size=20))
def test_kept_or_not_the_page_is_the_same(rows: list[tuple[str, int]]) -> None:
    kept = Template("{% load keeping %}{% kept row n %}<p>{{ row.text }} {{ n }}</p>{% endkept %}")
    plain = Template("<p>{{ row.text }} {{ n }}</p>")

    for text, n in rows:
        assert written(kept, row=Row(text), n=n) == written(plain, row=Row(text), n=n)


def test_each_language_has_its_own() -> None:
    template = Template("{% load keeping i18n %}{% kept 1 %}{% translate 'Yes' %}{% endkept %}")
    with translation.override("en"):
        english = written(template)
    with translation.override("fr"):
        french = written(template)

    assert (english, french) == ("Yes", "Oui")


def test_what_can_change_is_written_each_time() -> None:
    template = Template("{% load keeping %}{% kept row %}{{ row.0 }}{% endkept %}")
    row = ["a"]
    assert written(template, row=row) == "a"
    row[0] = "b"
    assert written(template, row=row) == "b"


def test_the_least_used_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST", 2)
    template = Template("{% load keeping %}{% kept n %}{{ reads }}{% endkept %}")
    reads = Counting()
    assert [written(template, n=n, reads=reads) for n in (1, 2, 1, 3, 1, 2)] == [
        "1",
        "2",
        "1",
        "3",
        "1",
        "4",
    ]


def test_it_says_what_it_needs() -> None:
    with pytest.raises(TemplateSyntaxError, match="needs the values"):
        Template("{% load keeping %}{% kept %}{% endkept %}")
