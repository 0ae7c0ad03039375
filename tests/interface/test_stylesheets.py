"""One component a file, no unknown name, and the bundle says what its parts say.

Biome checks the format and each rule for itself (biome.json); this looks across files.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from sermo.core.static_files import bundle_stylesheet

CSS = settings.BASE_DIR / "static/css"
SHEETS = sorted(CSS.rglob("*.css"))
COMPONENTS = sorted((CSS / "components").glob("*.css"))
SET_BY_CODE = {"choices--grid", "htmx-request", "icon"}
"""Classes that htmx and the template tag `icon` set."""
WITHOUT_STYLE = {
    "field--file", "field--group", "field--select", "field--text", "field--textarea",
}  # fmt: skip
"""components/field.html names every kind of field; only some have a style of their own."""

_COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}", re.DOTALL)
_CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
_SELECTOR = re.compile(r"(?:^|(?<=[{};]))\s*([^@{};]+?)\s*\{", re.MULTILINE)
_ATTRIBUTE = re.compile(r'class="((?:\{%.*?%\}|\{\{.*?\}\}|[^"{])*)"', re.DOTALL)
_BLOCK = re.compile(r"\{% block (?:main|body)_class %\}([^{]*)\{%")


def read(path: Path) -> str:
    return _COMMENT.sub("", path.read_text())


def styled_classes() -> set[str]:
    selectors = [selector for path in SHEETS for selector in _SELECTOR.findall(read(path))]
    return {name for selector in selectors for name in _CLASS.findall(selector)}


def template_classes() -> tuple[set[str], set[str]]:
    """The classes that templates use; of `label--{{ kind }}` the part before the variable."""
    names: set[str] = set()
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        text = read(path)
        for value in _ATTRIBUTE.findall(text) + _BLOCK.findall(text):
            without_tags = re.sub(r"\{%.*?%\}", " ", value, flags=re.DOTALL)
            names |= set(re.sub(r"\{\{.*?\}\}", "…", without_tags).split())
    prefixes = {name.partition("…")[0] for name in names if "…" in name} - {""}
    return {name for name in names if "…" not in name}, prefixes


def bundled() -> tuple[str, list[str]]:
    return bundle_stylesheet(lambda name: (settings.BASE_DIR / "static" / name).read_text())


def script_strings() -> set[str]:
    scripts = "\n".join(path.read_text() for path in (settings.BASE_DIR / "static/js").glob("*.js"))
    return {word for string in re.findall(r'"([^"\n]*)"', scripts) for word in string.split()}


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: str(path.stem))
def test_a_file_styles_one_component(path: Path) -> None:
    """Each selector names the block of the file, or its plural for the list around it."""
    own = re.compile(rf"\.{path.stem}s?(?:__[\w-]+|--[\w-]+)*(?![\w-])")
    for selector in _SELECTOR.findall(read(path)):
        if selector in {"to", "from"}:  # of a keyframe
            continue
        for single in re.split(r",(?![^(]*\))", selector):
            assert own.search(single), single


def test_app_css_imports_every_file_once() -> None:
    imported = re.findall(r'@import url\("([^"]+)"\) layer\([a-z]+\);', read(CSS / "app.css"))

    others = {str(path.relative_to(CSS)) for path in SHEETS} - {"app.css"}

    assert sorted(imported) == sorted(others)


def test_every_class_of_a_stylesheet_is_used() -> None:
    names, prefixes = template_classes()
    used = names | script_strings() | SET_BY_CODE

    unused = {
        name
        for name in styled_classes() - used
        if not any(name.startswith(prefix) for prefix in prefixes)
    }

    assert unused == set()


def test_every_class_of_a_template_has_a_style() -> None:
    names, _prefixes = template_classes()

    assert names - styled_classes() == WITHOUT_STYLE & names


def test_every_custom_property_is_defined_and_used() -> None:
    text = "\n".join(read(path) for path in SHEETS)
    defined = set(re.findall(r"(?<![\w-])(--[\w-]+):", text))
    used = set(re.findall(r"var\((--[\w-]+)", text))

    assert used == defined


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: str(path.relative_to(CSS)))
def test_no_rule_selects_an_id_or_shouts(path: Path) -> None:
    text = read(path)

    assert not any("#" in selector for selector in _SELECTOR.findall(text))
    assert "!important" not in text


def test_the_bundle_is_small() -> None:
    css, _imported = bundled()

    assert len(gzip.compress(css.encode())) <= 12 * 1024


def test_the_bundle_holds_every_file_in_the_order_of_the_imports() -> None:
    css, imported = bundled()

    position = 0
    for name in imported:
        part = re.sub(r"\n\s*", "\n", read(settings.BASE_DIR / "static" / name)).strip()
        position = css.index(part, position) + len(part)
    assert "@import" not in css
    assert len(imported) == len(SHEETS) - 1


def test_collectstatic_writes_one_stylesheet_and_hashes_every_name(tmp_path: Path) -> None:
    bundling = {"BACKEND": "sermo.core.static_files.BundledStaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": bundling},
        STATICFILES_DIRS=[settings.BASE_DIR / "static"],
        STATIC_ROOT=tmp_path,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)

    written = [path.name for path in (tmp_path / "css").rglob("*.css")]
    assert len(written) == 1
    assert re.fullmatch(r"app\.[0-9a-f]{12}\.css", written[0])
    assert not (tmp_path / "js/ui.js").exists()
