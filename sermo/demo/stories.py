"""The invented cases of the demonstration, read from `stories.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("stories.toml")


@dataclass(frozen=True)
class Story:
    """One case as its author would write it. `options` are sorted from most to least voted."""

    title: str
    specialties: tuple[str, ...]
    age: str
    sex: str
    complaint: str
    history: str
    examination: str
    laboratory: str
    options: tuple[str, ...]
    picture: str = ""
    caption: str = ""
    imaging: str = ""
    medication: str = ""
    duration: str = ""
    setting: str = "office"
    urgency: str = "routine"
    preset: str = "diagnosis"
    question: str = ""
    outcome: str = ""
    """The final diagnosis; empty while unsolved."""
    lesson: str = ""
    shared: bool = False
    anonymous: bool = False
    answers: int = 7
    tags: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    opinion: tuple[str, ...] = ()


@cache
def stories() -> tuple[Story, ...]:
    """Every story, in the order of the file."""
    with FILE.open("rb") as file:
        tables = tomllib.load(file)["story"]
    return tuple(_story(table) for table in tables)


def _story(table: dict[str, Any]) -> Story:
    lists = {name: tuple(value) for name, value in table.items() if isinstance(value, list)}
    return Story(**(table | lists))
