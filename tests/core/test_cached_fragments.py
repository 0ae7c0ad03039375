"""`{% cached_fragment %}` changes nothing of the HTML, and renders a block only once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sermo.core.templatetags import cached_fragments


@dataclass(frozen=True)
class Row:
    text: str
    n: int = 0


class RenderCounter:
    """Counts how often a block renders it."""

    def __init__(self) -> None:
        self.n = 0

    def __str__(self) -> str:
        self.n += 1
        return str(self.n)


def cached(values: str, block: str) -> Template:
    return Template(
        f"{{% load cached_fragments i18n %}}{{% cached_fragment {values} %}}{block}"
        "{% endcached_fragment %}"
    )


def render(template: Template, **values: Any) -> str:
    return template.render(Context(values))


def test_the_block_is_rendered_once_for_the_same_values() -> None:
    template = cached("row", "{{ row.text }} {{ counter }}")
    counter = RenderCounter()

    first = render(template, row=Row("a"), counter=counter)
    again = render(template, row=Row("a"), counter=counter)
    other = render(template, row=Row("a", 1), counter=counter)

    assert first == again == "a 1"
    assert other == "a 2"


@given(st.lists(st.tuples(st.text(), st.integers(0, 3)), max_size=20))
def test_the_html_is_the_same_with_and_without_the_cache(rows: list[tuple[str, int]]) -> None:
    block = "<p>{{ row.text }} {{ n }}</p>"
    with_cache, without_cache = cached("row n", block), Template(block)

    for text, n in rows:
        expected = render(without_cache, row=Row(text), n=n)
        assert render(with_cache, row=Row(text), n=n) == expected


def test_each_language_has_its_own_fragment() -> None:
    template = cached("1", "{% translate 'Yes' %}")
    with translation.override("en"):
        english = render(template)
    with translation.override("fr"):
        french = render(template)

    assert (english, french) == ("Yes", "Oui")


def test_a_mutable_value_is_rendered_each_time() -> None:
    template = cached("row", "{{ row.0 }}")
    row = ["a"]
    assert render(template, row=row) == "a"
    row[0] = "b"
    assert render(template, row=row) == "b"


def test_the_least_recently_used_fragment_is_dropped_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cached_fragments, "MAX_FRAGMENTS", 2)
    template = cached("n", "{{ counter }}")
    counter = RenderCounter()

    results = [render(template, n=n, counter=counter) for n in (1, 2, 1, 3, 1, 2)]

    assert results == ["1", "2", "1", "3", "1", "4"]


def test_a_tag_without_values_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="needs the values"):
        Template("{% load cached_fragments %}{% cached_fragment %}{% endcached_fragment %}")
