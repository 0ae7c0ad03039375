"""`make chaos`: a site of its own, people who use it, and faults at random, for a stated time.

Prints a table of faults and a table of writes. The exit status is 1 if a write was lost or
doubled, if a page had no sentence, or if the site did not recover.
"""

from __future__ import annotations

import argparse
import random
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from sermo.local_stack.paths import project
from tools.chaos.browser import Answer
from tools.chaos.faults import Occurrence, Storm, filler_files
from tools.chaos.ledger import Ledger, Outcome
from tools.chaos.people import Moderator, Person, Weather
from tools.chaos.site import Site, SiteFailed
from tools.chaos.verdict import Verdict, answers_by_poll, judge

MEMBERS = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", action="append", default=[], help="a fault, by its name")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}, {options.seconds:.0f} seconds of faults")
    try:
        verdict = run(options.seconds, seed, tuple(options.only))
    except SiteFailed as failed:
        sys.exit(str(failed))
    sys.exit(0 if verdict.is_good else 1)


def run(seconds: float, seed: int, only: tuple[str, ...] = ()) -> Verdict:
    """Run the whole; prints the tables. Fails if the site does not start."""
    folder = Path(tempfile.mkdtemp(prefix="sermo-chaos-"))
    site = Site(folder / "local", _free_port())
    ledger, weather = Ledger(), Weather()
    try:
        site.start()
        site.manage("seed_chaos", "--members", str(MEMBERS))
        people = _people(site.port, seed, ledger, weather)
        before = answers_by_poll(site)
        storm = Storm(site, weather, random.Random(seed))
        _let_them_meet(storm, people, seconds, only)
        verdict = judge(site, people, ledger, before)
        _print_faults(storm, people)
        _print_writes(ledger, verdict)
        return verdict
    finally:
        _keep_log(site)
        site.stop()
        folder.rmdir()


def _keep_log(site: Site) -> None:
    kept = project() / ".local" / "chaos.log"
    kept.parent.mkdir(exist_ok=True)
    if site.log.exists():
        shutil.copyfile(site.log, kept)
        print(f"\nwhat the site said: {kept}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _people(port: int, seed: int, ledger: Ledger, weather: Weather) -> list[Person]:
    people = [
        Person(f"member{number:02}@mail.example", port, seed + number, ledger, weather)
        for number in range(1, MEMBERS + 1)
    ]
    return [*people, Moderator("moderator@mail.example", port, seed, ledger, weather)]


def _let_them_meet(
    storm: Storm, people: list[Person], seconds: float, only: tuple[str, ...]
) -> None:
    threads = [threading.Thread(target=person.run, daemon=True) for person in people]
    for thread in threads:
        thread.start()
    try:
        storm.blow(time.monotonic() + seconds, only)
    finally:
        storm.weather.ended.set()
        for filler in filler_files(storm.site):
            filler.unlink()
        for thread in threads:
            thread.join(120)


def _print_faults(storm: Storm, people: list[Person]) -> None:
    answers = sorted(
        (answer for person in people for answer in person.browser.answers), key=lambda pair: pair[0]
    )
    by_name: dict[str, list[Occurrence]] = {}
    for occurrence in storm.occurrences:
        by_name.setdefault(occurrence.name, []).append(occurrence)
    print("\n| fault | times | pages answered | recovery, median (longest) |")
    print("|---|---|---|---|")
    for name, times in sorted(by_name.items()):
        recoveries = [occurrence.recovery for occurrence in times]
        during: Counter[str] = Counter()
        for occurrence in times:
            until = occurrence.ended + min(occurrence.recovery, 90)
            during += Counter(
                _status(answer) for at, answer in answers if occurrence.begun <= at <= until
            )
        shown = ", ".join(f"{n} x {status}" for status, n in sorted(during.items())) or "none asked"
        longest = f"{statistics.median(recoveries):.0f} s ({max(recoveries):.0f} s)"
        print(f"| {name} | {len(times)} | {shown} | {longest} |")


def _status(answer: Answer) -> str:
    return str(answer.status or "no answer")


def _print_writes(ledger: Ledger, verdict: Verdict) -> None:
    counts = ledger.counts()
    print("\n| write | acknowledged | refused | without an answer | lost | doubled |")
    print("|---|---|---|---|---|---|")
    for kind in ("comment", "vote", "draft", "picture", "report", "decision", "mail", "follow"):
        known = [counts[kind, outcome] for outcome in Outcome]
        if kind == "follow":
            known[0] = verdict.checked[kind]
        lost = sum(line.startswith(kind) for line in verdict.lost)
        doubled = sum(line.startswith(kind) for line in verdict.doubled)
        print(f"| {kind} | {known[0]} | {known[1]} | {known[2]} | {lost} | {doubled} |")
    print(f"\nqueues empty and /readyz true {verdict.drain_seconds:.0f} s after the last fault")
    for title in ("lost", "doubled", "wrong"):
        for line in getattr(verdict, title)[:20]:
            print(f"{title}: {line}")


if __name__ == "__main__":
    main()
