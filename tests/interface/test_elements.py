"""What the site's own elements promise: names, weights, contrast, and no code in the markup."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Engine, Template
from django.template.loader import render_to_string

from sermo.core.templatetags import ui

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"
KB = 1024


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def gzipped(paths: list[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes())) for path in paths)


class ConsultForm(forms.Form):
    title = forms.CharField(help_text="As you would ask it.")
    urgency = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    notes = forms.CharField(required=False, widget=forms.Textarea)
    agreed = forms.BooleanField()


def test_a_field_ties_its_hint_and_its_error_to_the_input() -> None:
    form = ConsultForm({})

    html = render('{% include "components/field.html" with field=form.title only %}', form=form)

    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html


def test_radio_buttons_stand_in_a_fieldset_with_a_legend() -> None:
    html = render(
        '{% include "components/field.html" with field=form.urgency %}', form=ConsultForm()
    )

    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('type="radio"') == 2


def test_only_a_field_that_may_stay_empty_says_optional() -> None:
    form = ConsultForm()

    assert "(optional)" in render("{{ form.notes.as_field_group }}", form=form)
    assert "(optional)" not in render("{{ form.title.as_field_group }}", form=form)


def test_the_error_summary_links_to_every_bad_field() -> None:
    html = render('{% include "components/form_errors.html" %}', form=ConsultForm({}))

    assert 'href="#id_title"' in html
    assert 'href="#id_urgency_group"' in html
    assert 'href="#id_agreed"' in html
    assert "data-focus" in html


def test_text_of_a_member_is_escaped_in_every_component() -> None:
    evil = "<script>alert(1)</script>"

    html = render(
        "{% include 'components/notice.html' with text=evil only %}"
        "{% include 'components/byline.html' with name=evil credential=evil only %}"
        "{% component 'card' title=evil %}{{ evil }}{% endcomponent %}",
        evil=evil,
    )

    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 5


def test_each_showing_of_a_form_has_its_own_key() -> None:
    keys = re.findall(r'value="([0-9a-f-]{36})"', render("{% idempotency %}{% idempotency %}"))

    assert len(set(keys)) == 2


def test_every_module_the_page_names_exists() -> None:
    html = render("{% ui_data %}")

    data = json.loads(re.findall(r">(\{.*\})<", html)[0])
    for name, address in data["modules"].items():
        assert address.endswith(f"/js/{name}.js")
        assert (STATIC / "js" / f"{name}.js").exists()


def test_scripts_use_every_message_and_no_other() -> None:
    scripts = [path.read_text() for path in (STATIC / "js").glob("*.js")]
    translated = {key for text in scripts for key in re.findall(r'\btranslate\("(\w+)"', text)}
    quoted = {key for text in scripts for key in re.findall(r'"(\w+)"', text)}

    assert translated <= set(ui.MESSAGES)
    assert set(ui.MESSAGES) <= quoted


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / ui.SPRITE).read_text()))
    named = set()
    for path in TEMPLATES:
        named |= set(re.findall(r'\{% icon "([\w-]+)"', path.read_text()))
        named |= set(re.findall(r'\bicon="([\w-]+)"', path.read_text()))

    assert named
    assert named <= known


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.name))
def test_no_template_carries_code_or_style(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)

    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+=\"", text)
    assert "javascript:" not in text
    assert "hx-on" not in text
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.name))
def test_every_part_says_first_what_it_needs(path: Path) -> None:
    if path.name.startswith("_") or path.parent.name == "components":
        assert path.read_text().lstrip().startswith("{# Needs: ")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.name))
def test_every_template_compiles(path: Path) -> None:
    name = str(path.relative_to(settings.BASE_DIR / "templates"))

    assert Engine.get_default().get_template(name).name == name


def test_scripts_stay_within_their_weight() -> None:
    scripts = sorted((STATIC / "js").glob("*.js"))

    assert gzipped([STATIC / "js" / "ui.js", STATIC / "js" / "trusted-types.js"]) <= 12 * KB
    assert all(gzipped([script]) <= 4 * KB for script in scripts)


def test_no_style_or_script_reaches_another_host() -> None:
    for path in [*(STATIC / "css").rglob("*.css"), *(STATIC / "js").glob("*.js")]:
        text = path.read_text()
        assert "http://" not in text
        assert "https://" not in text
        assert "!important" not in text


def test_vendored_files_are_what_they_were() -> None:
    for sums in (STATIC / "vendor").glob("*/SHA256SUMS"):
        assert (sums.parent / "LICENSE").exists()
        for line in sums.read_text().splitlines():
            digest, name = line.split()
            assert hashlib.sha256((sums.parent / name).read_bytes()).hexdigest() == digest


def test_an_error_page_needs_nothing_of_the_request() -> None:
    """A 500 is rendered without context processors: whatever failed may fail again."""
    html = render_to_string("500.html")

    assert "<h1>" in html
    assert html.count("<main") == 1


def test_the_styleguide_shows_every_component() -> None:
    shown = (settings.BASE_DIR / "templates/pages/styleguide.html").read_text()
    frame = {"brand_mark", "masthead", "messages", "confirm_dialog", "field", "field_hint"}
    frame |= {"identity_option"}

    names = {path.stem for path in (settings.BASE_DIR / "templates/components").glob("*.html")}

    missing = {
        name
        for name in names - frame
        if f"components/{name}.html" not in shown and f'component "{name}"' not in shown
    }
    assert missing <= {"time"}  # stands in every byline


# --- Contrast, from the tokens themselves (WCAG 2.2: 4.5 for text, 3 for edges and focus) --------


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(sign * 2 for sign in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(color: str, other: str) -> float:
    light, dark = sorted((luminance(color), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def tokens() -> dict[str, tuple[str, str]]:
    text = (STATIC / "css/tokens.css").read_text()
    matches = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", text)
    return {name: (light, dark) for name, light, dark in matches}


TEXT_ON = [
    ("ink", "paper"), ("ink", "surface"), ("ink", "sunken"), ("ink", "tint"),
    ("ink-soft", "paper"), ("ink-soft", "surface"), ("ink-soft", "sunken"), ("ink-soft", "tint"),
    ("accent", "paper"), ("accent", "surface"), ("accent-deep", "tint"), ("on-accent", "accent"),
    ("danger", "surface"), ("danger", "paper"), ("danger", "danger-tint"),
    ("caution", "surface"), ("caution", "caution-tint"), ("ink", "caution-tint"),
    ("good", "surface"), ("good", "good-tint"), ("ink", "good-tint"), ("ink-soft", "good-tint"),
]  # fmt: skip
EDGE_ON = [("edge", "surface"), ("edge", "paper"), ("focus", "paper"), ("focus", "surface")]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_can_be_read(text: str, ground: str, scheme: int) -> None:
    colours = tokens()

    assert contrast(colours[text][scheme], colours[ground][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGE_ON)
def test_edges_and_focus_can_be_seen(edge: str, ground: str, scheme: int) -> None:
    colours = tokens()

    assert contrast(colours[edge][scheme], colours[ground][scheme]) >= 3
