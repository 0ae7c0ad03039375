"""When what is copied: the last backup, everything at the end, and a part an hour later."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from tools.breach_drill import capture
from tools.breach_drill.world.browser import Browser
from tools.breach_drill.world.play import World

HOUR = dt.timedelta(hours=1)
VISITOR = ("/", "/log/", "/privacy/", "/accounts/login/")
MEMBER = ("/cases/", "/cases/?sort=hot", "/inbox/", "/log/", "/me/", "/polls/")
CASES_SHOWN = 30


def back_up(to: Path) -> None:
    """The nightly backup: both databases."""
    for name, alias in capture.STORES.items():
        shutil.rmtree(to / "BK" / name, ignore_errors=True)
        capture.copy_database(alias, to / "BK" / name, whole=False)


def copy_everything(world: World, out: Path) -> None:
    """C1, then an hour of talk, then C2; the diary beside both. The public registers are there."""
    first, second, local = out / "C1", out / "C2", Path(os.environ["SERMO_LOCAL"])
    for name, alias in capture.STORES.items():
        capture.copy_database(alias, first / name)
    _copy_moving(world, first, local, cases=world.cases)
    shutil.copytree(first / "R2", first / "R1")
    capture.write_lines(
        first / "Q" / "items.jsonl", [*world.stage.workers.seen, *world.stage.workers.peek()]
    )
    capture.copy_folder(local / "mail", first / "ML", "*.eml")
    capture.copy_keys(first / "K")
    _say_what_is_public(world, first / "P")
    world.stage.workers.drain()
    world.last_hour()
    world.stage.clock.move_to(world.end + HOUR)
    world.stage.workers.sweep()
    capture.copy_database("default", second / "C", whole=False)
    _copy_moving(world, second, local)
    world.truth.write(out / "truth.json")


def _copy_moving(
    world: World, to: Path, local: Path, *, cases: Sequence[str] | None = None
) -> None:
    """What both captures hold. Pages come last: looking at them leaves traces of its own.

    Pages of all `cases`, or of the last ones.
    """
    world.stage.clock.stamp_files()
    capture.copy_redis(to / "R2")
    capture.copy_files(to / "M")
    capture.copy_folder(local / "journal", to / "LG", "*.log")
    reader = world.whoever_reads()
    reader.sign_in()
    shown = [f"/cases/{case}/" for case in cases or world.cases[-CASES_SHOWN:]]
    capture.copy_pages(
        to / "public",
        {"visitor": (Browser(), VISITOR), "member": (reader.browser, (*MEMBER, *shown))},
    )


def _say_what_is_public(world: World, to: Path) -> None:
    """Facts that an attacker knows: the cost of password hashing, and the time of the theft."""
    reported = {
        "captured_at": world.stage.clock.now.isoformat(),
        "password_slot_opslimit": settings.PASSWORD_SLOT_OPSLIMIT,
        "password_slot_memlimit": settings.PASSWORD_SLOT_MEMLIMIT,
        "k_anonymity": settings.K_ANONYMITY,
    }
    (to / "parameters.json").write_text(json.dumps(reported, indent=1))
