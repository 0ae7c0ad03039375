"""Members' text becomes safe HTML."""

from __future__ import annotations

import pytest

from sermo.core.sanitize import render_markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://elsewhere.example/pixel.png)",
    "<a href='javascript:alert(1)'>x</a>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<div style='background:url(javascript:alert(1))'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_html_that_runs_or_loads_something_is_removed(attack: str) -> None:
    html = str(render_markdown(attack)).lower()

    for tag in ("<script", "<img", "<svg", "<iframe", "<math", "<div", "<style"):
        assert tag not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html


def test_markdown_of_members_is_kept() -> None:
    html = render_markdown("**Stop** the drug:\n\n- sodium 112\n- [source](https://x.example/a)")

    assert "<strong>Stop</strong>" in html
    assert "<li>sodium 112</li>" in html
    assert 'rel="noopener noreferrer nofollow"' in html
