"""A small drill, and every fault it must see. One honest world serves all."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from sermo.core.threat_model import BREACH_SCENARIOS
from tools.breach_drill import faults, run
from tools.breach_drill.combinations import (
    COMBINATIONS,
    EVERYTHING,
    MANY_LOOKS,
    NOT_PLAYED,
    Combination,
)
from tools.breach_drill.run import DrillOptions, DrillResult
from tools.breach_drill.scoring import wilson
from tools.breach_drill.verdicts import ALL

# One worker plays the world once; another would only wait for it.
pytestmark = pytest.mark.xdist_group("breach_drill")
WISH = DrillOptions(seed=3, people=40, days=8)
# What one who has everything but keys wins where a fault is planted, at the least.
TELLING = 0.1
# The counters of a fault are named under a key that is stolen with them.
STOLEN = Combination("stolen", EVERYTHING | MANY_LOOKS, frozenset({"CACHE"}))


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


def attacked(folder: Path, *combinations: Combination) -> DrillResult:
    drill = DrillResult(WISH)
    run.attack(drill, folder, combinations=combinations)
    return drill


def count_everybody(diary: Path) -> None:
    """In a world of eight days nearly everybody spoke soon after joining, and on each day."""
    truth = json.loads(diary.read_text())
    for person in truth["persons"]:
        person["early"] = False
    for vote in truth["votes"]:
        vote["careless"] = False
    diary.unlink()  # a link to the honest one
    diary.write_text(json.dumps(truth))


def won(drill: DrillResult, attack: str, kind: str) -> float:
    """The highest share of an attack on a kind of link, of everybody or of one cohort."""
    rows = [verdict.row for verdict in drill.verdicts]
    return max(
        (row.accuracy for row in rows if (row.attack, row.kind) == (attack, kind)), default=0.0
    )


def test_the_honest_product_keeps_what_it_promises(honest: Path) -> None:
    drill = attacked(honest, *COMBINATIONS)

    assert [verdict for verdict in drill.verdicts if not verdict.passed] == []
    assert {row.code for row in BREACH_SCENARIOS} == drill.breach_scenarios.keys()
    borne_out = {code for code, result in drill.breach_scenarios.items() if result == "borne out"}
    assert borne_out == drill.breach_scenarios.keys() - NOT_PLAYED


def test_the_controls_show_that_diary_and_boxes_work(honest: Path) -> None:
    """Two custodians and the inner key open everybody: an attack that finds nothing would too."""
    drill = attacked(honest, *(c for c in COMBINATIONS if c.name == "two custodians, INNER"))

    for kind in ("account_person", "named_person", "anonymous_person", "anonymous_account"):
        assert won(drill, "best", kind) >= ALL


@pytest.mark.parametrize("name", sorted(faults.FAULTS))
def test_every_fault_is_caught_by_its_attack(name: str, honest: Path, tmp_path: Path) -> None:
    fault = faults.FAULTS[name]
    spoilt = faults.copy_and_plant(name, honest, tmp_path / "spoilt")
    count_everybody(spoilt / "truth.json")

    drill = attacked(spoilt, STOLEN)

    failed = {(v.row.attack, v.row.kind) for v in drill.verdicts if not v.passed}
    assert (fault.attack, fault.kind) in failed
    assert won(drill, fault.attack, fault.kind) >= TELLING


def test_the_world_is_what_it_should_be(honest: Path) -> None:
    """A drill on an empty store proves nothing."""
    truth = json.loads((honest / "truth.json").read_text())

    people = truth["persons"]
    assert len(people) >= WISH.people - 2
    for column in ("weak", "alerts", "gone", "banned"):
        assert any(person[column] for person in people)
    assert sum(post["anonymous"] for post in truth["posts"]) >= 30
    assert sum(not post["anonymous"] for post in truth["posts"]) >= 60
    assert len(truth["votes"]) >= 40
    assert any(person["banned"] for person in people)
    assert len(list((honest / "N").iterdir())) == WISH.days + 1
    for store in ("C1/I", "C1/C", "C1/R/broker", "C1/R/volatile", "C1/LG", "C1/ML", "C1/K", "W"):
        assert any(path.stat().st_size for path in (honest / store).rglob("*") if path.is_file())
    assert (honest / "C1" / "wal.jsonl").stat().st_size


def test_the_volatile_redis_leaves_no_file_and_the_broker_keeps_one(honest: Path) -> None:
    redis = honest / "C1" / "R"

    assert list((redis / "broker" / "files").iterdir())
    assert not (redis / "volatile" / "files").exists()


def test_the_interval_is_wilsons() -> None:
    assert wilson(0.0, 0) == 0
    assert wilson(0.0, 100) == pytest.approx(0.0370, abs=1e-4)
    assert wilson(0.5, 100) == pytest.approx(0.5962, abs=1e-4)
