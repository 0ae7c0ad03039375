"""The documents name what exists: links, files, modules; and no place outside the clone."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
MAX_README_LINES = 90
GUIDES = ("docs/glossary.md", "docs/where-things-go.md")
PACKAGES = ("accounts", "cases", "polls", "sermo", "tests", "tools", "verification")
FOLDERS = (*PACKAGES, "docs", "requirements", "static", "templates")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]*)+")
# A dotted path whose last part is no suffix of a file.
_MODULE = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)*\.(?!(?:md|py|toml|txt)$)\w+")
_DOCUMENT = re.compile(r"\bdocs/[\w/.-]+\.md\b")
# A relative path that leaves the clone, and places of one developer's machine.
_OUTSIDE = re.compile(r"\.\.[/]shared\b|(?<![\w/])/(?:work|home)/\w")


@cache
def tracked_files() -> tuple[str, ...]:
    """Paths below the root, of tracked files and of new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(name for name in listed.split("\0") if name and (ROOT / name).is_file())


@cache
def text_of(name: str) -> str:
    """The text of a file; empty if it is not UTF-8."""
    try:
        return (ROOT / name).read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def documents() -> list[str]:
    return [name for name in tracked_files() if name.endswith(".md")]


def links_of(name: str) -> Iterator[str]:
    """The relative links of a page, without their anchors."""
    for target in _LINK.findall(_FENCE.sub("", text_of(name))):
        path = target.partition("#")[0]
        if path and not re.match(r"[a-z]+:", path):
            yield path


def code_spans(name: str) -> list[str]:
    return _CODE.findall(_FENCE.sub("", text_of(name)))


def is_path_of_product(span: str) -> bool:
    """Whether it is meant as a path from the root. Capitals stand for a name to fill in."""
    return bool(_PATH.fullmatch(span)) and span.split("/")[0] in FOLDERS and "NAME" not in span


def path_exists(path: str) -> bool:
    """Whether a tracked file or a directory with tracked files has this path."""
    return any(name == path or name.startswith(path.rstrip("/") + "/") for name in tracked_files())


def module_exists(dotted: str) -> bool:
    """Whether a module, or a public name in a module, has this dotted path."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:length])
        sources = [base.with_suffix(".py"), base / "__init__.py"]
        found = [source for source in sources if source.is_file()]
        if found:
            names = parts[length:]
            return not names or bool(re.search(rf"\b{names[0]}\b", found[0].read_text()))
        if base.is_dir():
            return length == len(parts)
    return False


@pytest.mark.parametrize("name", documents())
def test_every_relative_link_leads_to_a_file_of_the_clone(name: str) -> None:
    folder = (ROOT / name).parent
    targets = [(folder / link).resolve() for link in links_of(name)]

    assert [target for target in targets if not target.exists()] == []
    assert [target for target in targets if not target.is_relative_to(ROOT)] == []


@pytest.mark.parametrize("name", documents())
def test_every_path_and_module_that_a_document_names_exists(name: str) -> None:
    spans = code_spans(name)
    paths = {span for span in spans if is_path_of_product(span)}
    modules = {span for span in spans if _MODULE.fullmatch(span)} - paths

    assert {path for path in paths if not path_exists(path)} == set()
    assert {module for module in modules if not module_exists(module)} == set()


@pytest.mark.parametrize("name", GUIDES)
def test_guides_name_their_places_in_the_code(name: str) -> None:
    places = [s for s in code_spans(name) if is_path_of_product(s) or _MODULE.fullmatch(s)]

    assert len(places) > 40


def test_every_document_that_a_file_names_exists() -> None:
    named = {
        (name, document)
        for name in tracked_files()
        for document in _DOCUMENT.findall(text_of(name))
    }

    assert named
    assert {(name, document) for name, document in named if not path_exists(document)} == set()


def test_readme_is_short() -> None:
    assert len(text_of("README.md").splitlines()) <= MAX_README_LINES


def test_no_file_names_a_folder_outside_the_clone() -> None:
    outside = [name for name in tracked_files() if _OUTSIDE.search(text_of(name))]

    assert [name for name in outside if name != "tests/test_documents.py"] == []
