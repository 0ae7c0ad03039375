"""What the scanners found, and what `docs/design/security.md` says about it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from sermo.local_stack.paths import project

PAGE = project() / "docs" / "design" / "security.md"
_ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \| (\S[^|]*) \|$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Finding:
    """`rule` is the name that the scanner gives; `place` a file or an address of the site."""

    rule: str
    place: str


@dataclass(frozen=True)
class Result:
    scanner: str
    scope: str
    findings: list[Finding] = field(default_factory=list)
    failed: bool = False


def judged() -> set[Finding]:
    """The findings in the table of the page: rule, place, and a sentence."""
    return {Finding(rule, place) for rule, place, _why in _ROW.findall(PAGE.read_text())}


def unjudged(result: Result, known: Collection[Finding]) -> list[Finding]:
    """A place that ends with `*` in the table stands for all that begin so."""
    prefixes = [(item.rule, item.place[:-1]) for item in known if item.place.endswith("*")]
    return [
        finding
        for finding in result.findings
        if finding not in known
        and not any(finding.rule == rule and finding.place.startswith(p) for rule, p in prefixes)
    ]
