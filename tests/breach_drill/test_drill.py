"""A small drill, and every fault it must see. One honest world serves all."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from sermo.core.threat_model import BREACH_SCENARIOS
from tools.breach_drill import run, verdicts
from tools.breach_drill.attacks import small_spaces
from tools.breach_drill.combinations import COMBINATIONS, NOT_PLAYED
from tools.breach_drill.run import DrillOptions, DrillResult
from tools.breach_drill.scoring import wilson
from tools.breach_drill.seeded_faults import stores

# One worker plays the world once; another would only wait for it.
pytestmark = pytest.mark.xdist_group("breach_drill")
WISH = DrillOptions(seed=3, people=12, days=2, register=400)
# Where faults show: both stores, without a key and with those that are online.
TELLING = [
    c
    for c in COMBINATIONS
    if c.name in {"everything", "everything, online keys but PEPPER", "pages alone"}
]
# By which attack some faults are to be seen, whatever else sees them.
MEANT = {
    "account-fk": "E anonymous_account",
    "sha-npi": "H anonymous_person",
    "keyed-link": "H named_person",
    "shadow": "E named_person",
    "thread-key": "AL anonymous_account",
    "vote-fk": "E vote_account",
    "vote-key": "AL vote_account",
    "salted-tag": "H anonymous_person",
    "hashed-number": "hashes of small numbers",
    "sequence": "a sequence",
    "numbered-answers": "rows in order",
    "numbered-people": "members_member by serial",
    "one-request": "E near anonymous_person",
    "in-a-comment": "names of I",
    "one-log": "E log anonymous_person",
    "unswept": "cases_comment by place",
}


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world in servers of its own, played by the product as it is; one for all workers."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "drill"
    with (shared / "drill.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "truth.json").exists():
            folder.mkdir(exist_ok=True)
            run.play(WISH, folder)
    return folder


@pytest.fixture(autouse=True)
def _fewer_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dozen people have small numbers: a million of them for each fault take minutes."""
    monkeypatch.setattr(small_spaces, "NUMBERS", 2000)


def attacked(folder: Path, combinations: object = TELLING) -> DrillResult:
    drill = DrillResult(WISH)
    run.attack(drill, folder, combinations=combinations)  # type: ignore[arg-type]
    return drill


def failures(drill: DrillResult) -> list[str]:
    bad = [f"{v.combination}: {v.row.attack} {v.row.kind}" for v in drill.verdicts if not v.passed]
    return bad + [str(finding) for finding in drill.findings]


def test_the_honest_product_keeps_what_it_promises(honest: Path) -> None:
    drill = attacked(honest, COMBINATIONS)

    assert failures(drill) == []
    assert drill.passed
    assert {row.code for row in BREACH_SCENARIOS} == drill.breach_scenarios.keys()
    borne_out = {code for code, result in drill.breach_scenarios.items() if result == "borne out"}
    assert borne_out == drill.breach_scenarios.keys() - NOT_PLAYED


def test_the_controls_show_that_diary_and_boxes_work(honest: Path) -> None:
    """Two custodians and the inner key open everybody: an attack that finds nothing would too."""
    drill = attacked(honest, [c for c in COMBINATIONS if c.name == "and two custodians, INNER"])

    won = {v.row.kind: v.row for v in drill.verdicts if v.row.attack == "best"}
    for kind in ("account_person", "named_person", "anonymous_person", "anonymous_account"):
        assert won[kind].n > 0
        assert won[kind].accuracy == 1


@pytest.mark.parametrize("name", sorted(stores.MUTANTS))
def test_every_fault_breaks_the_drill(name: str, honest: Path, tmp_path: Path) -> None:
    spoilt = stores.copy_and_plant(name, honest, tmp_path / "spoilt")

    # What is wrong in itself is seen at once; the others by what an attack wins.
    broken = failures(attacked(spoilt, [])) or failures(attacked(spoilt))

    # The honest world fails nowhere (above): whatever fails here is the fault.
    assert broken
    assert any(MEANT.get(name, "") in row for row in broken)


def test_the_world_is_what_it_should_be(honest: Path) -> None:
    """A drill on an empty store proves nothing."""
    truth = json.loads((honest / "truth.json").read_text())

    assert len(truth["persons"]) >= WISH.people - 1
    assert any(person["weak"] for person in truth["persons"])
    assert any(person["alerts"] for person in truth["persons"])
    assert sum(post["anonymous"] for post in truth["posts"]) >= 10
    assert len(truth["votes"]) >= 10
    assert sum(not post["anonymous"] for post in truth["posts"]) >= 20
    assert truth["canaries"]["files"]
    assert truth["canaries"]["errors"]
    first = honest / "C1"
    for store in ("I", "C", "R1", "R2", "Q", "M", "LG", "ML", "BK", "P", "K", "public"):
        assert any(path.stat().st_size for path in (first / store).rglob("*") if path.is_file())


def test_the_interval_is_wilsons() -> None:
    assert wilson(0.0, 0) == 0
    assert wilson(0.0, 100) == pytest.approx(0.0370, abs=1e-4)
    assert wilson(0.5, 100) == pytest.approx(0.5962, abs=1e-4)


def test_a_blind_guess_is_judged_by_the_size_of_the_community() -> None:
    assert verdicts.blind_guess(2000) == 3 / 2000
    assert verdicts.blind_guess(300) == 5 / 300
