"""The rules of `make scan`, and the two tables of docs/design/security.md.

The scanners themselves are no part of `make test`. Where `make scan` has installed semgrep, the
rules are also run on their examples here.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from sermo.local_stack.paths import project
from tools.scan.findings import Finding, Result, judged, unjudged

RULES = project() / "tools" / "scan" / "rules"
SEMGREP = project() / ".local" / "scan" / "venv" / "bin" / "semgrep"
PAGE = project() / "docs" / "design" / "security.md"
OFFICIAL = Path(__file__).with_name("asvs_5_0_0_level_2.txt")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)
PLACE = re.compile(
    r"\b(?:sermo|accounts|cases|polls|verification|tests|tools|docs|templates|static)/[\w./-]*\w"
)


def rules() -> list[tuple[str, str]]:
    """The name of each rule, and the text of its examples."""
    found = []
    for file in sorted(RULES.glob("*.yaml")):
        [examples] = [path for path in RULES.glob(f"{file.stem}.*") if path != file]
        found += [
            (str(rule["id"]), examples.read_text())
            for rule in yaml.safe_load(file.read_text())["rules"]
        ]
    return found


@pytest.mark.parametrize(("name", "examples"), rules(), ids=lambda value: str(value)[:40])
def test_every_rule_has_an_example_that_it_hits_and_one_that_it_misses(
    name: str, examples: str
) -> None:
    assert re.search(rf"ruleid: {name}\b", examples)
    assert re.search(rf"ok: {name}\b", examples)


def test_every_rule_hits_and_misses_its_examples() -> None:
    """Needs semgrep; without it only the examples' existence is checked, above."""
    assert len(rules()) >= 15
    if SEMGREP.exists():
        environment = os.environ | {
            "PATH": f"{SEMGREP.parent}:{os.environ['PATH']}",
            "SEMGREP_SEND_METRICS": "off",
            "SEMGREP_ENABLE_VERSION_CHECK": "0",
        }
        done = subprocess.run(
            [SEMGREP, "--test", "--metrics", "off", RULES],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_rules_come_from_this_clone_and_nothing_is_sent() -> None:
    code = (project() / "tools" / "scan" / "code.py").read_text()

    assert '"--config", str(RULES)' in code
    assert code.count('"--metrics", "off"') == 2


def test_a_finding_is_new_until_the_page_judges_it() -> None:
    known = {Finding("bandit B101", "sermo/local_stack/*"), Finding("sqlmap", "/log/")}
    result = Result(
        "bandit",
        "a test",
        [
            Finding("bandit B101", "sermo/local_stack/run.py"),
            Finding("bandit B101", "sermo/env.py"),
            Finding("sqlmap", "/log/"),
        ],
    )

    assert unjudged(result, known) == [Finding("bandit B101", "sermo/env.py")]


def test_every_judged_place_exists() -> None:
    places = {item.place.rstrip("*") for item in judged() if not item.place.startswith("/")}

    assert places
    assert [place for place in sorted(places) if not (project() / place).exists()] == []


def asvs() -> list[tuple[str, str, str, str]]:
    """Requirement, own words, code, verdict."""
    return ROW.findall(PAGE.read_text())


def test_the_table_has_every_requirement_of_the_two_levels_once() -> None:
    assert [row[0] for row in asvs()] == OFFICIAL.read_text().split()


def test_every_row_names_a_test_that_exists_or_says_why_there_is_none() -> None:
    wrong = []
    for number, _words, _code, verdict in asvs():
        if verdict == "document" or re.match(r"(not met|not applicable): \S", verdict):
            continue
        wrong += [f"{number}: {name}" for name in verdict.split(", ") if not _is_test(name)]

    assert wrong == []


def test_every_place_that_a_row_names_exists() -> None:
    missing: list[Any] = [
        (number, place)
        for number, _words, code, _verdict in asvs()
        for place in PLACE.findall(code)
        if not (project() / place).exists()
    ]

    assert missing == []


def test_a_row_for_a_document_names_one() -> None:
    without = [row[0] for row in asvs() if row[3] == "document" and not row[2].strip()]

    assert without == []


def _is_test(name: str) -> bool:
    file, _, function = name.partition("::")
    path = project() / file
    is_file = path.is_file() and path.name.startswith("test_")
    return is_file and (not function or f"def {function}(" in path.read_text())
