"""Faults the drill must see: planted by the drill itself, never by a flag in the product."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

Plant = Callable[[Path, dict[str, Any], Random], None]


@dataclass(frozen=True)
class Mutant:
    """One fault: planted in a copy of an honest capture, or patched into the running product."""

    name: str
    what: str
    plant: Plant | None = None
    patch: Callable[[], AbstractContextManager[None]] | None = None


MUTANTS: dict[str, Mutant] = {}
