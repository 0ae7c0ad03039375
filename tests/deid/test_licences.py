"""The page of licences names what is really installed."""

from __future__ import annotations

import re
from importlib.metadata import files
from pathlib import Path

import pytest

from cases import deid

PAGE = (Path(deid.__file__).parent / "LICENCES.md").read_text()
ROOT = Path(__file__).resolve().parents[2]


def _packages() -> list[tuple[str, str]]:
    """Names and versions of the picture packages, as pinned."""
    lines = (ROOT / "requirements" / "worker.in").read_text().splitlines()
    names = {"pillow", *(line for line in lines if line and not line.startswith(("#", "-")))}
    pins = re.findall(r"^([\w.-]+)==([^ ;]+)", (ROOT / "requirements.txt").read_text(), re.M)
    return [(name, version) for name, version in pins if name in names]


@pytest.mark.parametrize(("name", "version"), _packages())
def test_package_and_every_library_in_its_wheel_are_on_the_page(name: str, version: str) -> None:
    assert f"| {name} {version} |" in PAGE
    bundled = [Path(str(path)).name for path in files(name) or () if ".libs/" in str(path)]

    stems = {re.split(r"-[0-9a-f]{8}|\.so", file)[0] for file in bundled if ".so" in file}

    assert {stem for stem in stems if not re.search(rf"\b{re.escape(stem)}\b", PAGE)} == set()


def test_every_picture_package_is_pinned() -> None:
    assert len(_packages()) == 10


def test_models_the_code_loads_are_on_the_page() -> None:
    code = "".join(path.read_text() for path in (ROOT / "cases/deid").glob("*.py"))
    models = set(re.findall(r"PP-OCR\w+\.onnx", code))
    names = models | set(re.findall(r"blazeface_\w+\.onnx", code))

    assert len(names) == 4
    assert {name for name in names if name not in PAGE} == set()
