"""Reads the list of models and codecs (cases/deid/LICENCES.md) as tables for a page."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Section:
    """One table: its header cells, and rows with the same number of cells."""

    head: list[str]
    rows: list[list[str]]


@functools.cache
def licence_sections() -> list[Section]:
    """Every table of the list, in order."""
    text = (settings.BASE_DIR / "cases" / "deid" / "LICENCES.md").read_text("utf-8")
    blocks = [block.splitlines() for block in text.split("\n\n")]
    return [_section(lines) for lines in blocks if lines and lines[0].startswith("|")]


def _section(lines: list[str]) -> Section:
    cells = [_cells(line) for line in lines if line.startswith("|")]
    return Section(cells[0], cells[2:])


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("`", "") for cell in line.strip().strip("|").split("|")]
