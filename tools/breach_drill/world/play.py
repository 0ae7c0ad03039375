"""One drill's months, from the first sign-up to the theft."""

from __future__ import annotations

import base64
import datetime as dt
import heapq
import itertools
import json
import os
import shutil
from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from nacl.public import PrivateKey

from accounts.models import User
from sermo.celery import SWEEPS
from sermo.members.models import CommunityRole, Member
from sermo.moderation.models import Sanction, SanctionState
from tools.breach_drill import capture
from tools.breach_drill.world.actions import ANONYMOUS, HANDLE, Doctor
from tools.breach_drill.world.browser import Browser, Unexpected
from tools.breach_drill.world.ground_truth import GroundTruth, WrittenPost
from tools.breach_drill.world.people import Person, clinical_case, invent, remark
from tools.breach_drill.world.stage import BEGIN, PlayContext
from tools.breach_drill.world.watcher import Watcher

NIGHT = dt.timedelta(hours=22)  # after the first hour of the drill: three in the morning
MARK, SWEEP = dt.timedelta(minutes=20), dt.timedelta(hours=6)
# Anonymous posts appear and answers count at marks; the jobs run a little later.
LATER = dt.timedelta(seconds=30)
APPEARING = ("cases.publish_delayed", "polls.count_waiting", "mail.sweep_community")
CASE_SHARE, FOLLOWS, INBOX = 0.15, 0.5, 0.3
MODERATORS, MAX_FAILURES, HOURLY = 2, 3, 3600
# Banned: this share of all, half of them for something anonymous; half of all come back to try.
BANNED, FEWEST, TRIES = 0.03, 3, 40
WATCHED = dt.timedelta(days=30)  # the last ones
Act = Callable[[], None]


class World:
    """The events of a drill in order of time, and what they leave."""

    def __init__(
        self, stage: PlayContext, out: Path, options: Namespace, say: Callable[[str], None]
    ) -> None:
        self.stage, self.out, self.days, self.say = stage, out, options.days, say
        self.chance = stage.chance
        self.people = invent(options.people, self.days, BEGIN, self.chance)
        self.truth = GroundTruth(options.seed, self.people, self.days)
        self.end = BEGIN + dt.timedelta(days=self.days, hours=15)
        self.doctors: dict[int, Doctor] = {}
        self.done: Counter[str] = Counter()
        self.cases: list[str] = []
        self.moderators: list[Doctor] = []
        self.watcher, self.failures = Watcher(out / "W" / "pages.jsonl"), list[str]()
        self._events: list[tuple[dt.datetime, int, Act]] = []
        self._count, self._marks, self._waiting = itertools.count(), set[dt.datetime](), set[str]()
        self._to_ban = dict.fromkeys(
            (True, False), max(FEWEST, round(BANNED / 2 * len(self.people)))
        )

    # Time.

    @property
    def now(self) -> dt.datetime:
        return self.stage.clock.now

    def at(self, moment: dt.datetime, act: Act) -> None:
        heapq.heappush(self._events, (moment, next(self._count), act))

    def run(self) -> None:
        """Everything until the end of the last day."""
        for person in self.people:
            self.at(person.joins, partial(self._join, person))
            for moment in person.visits:
                self.at(moment, partial(self._visit, person))
            for moment in person.anonymous:
                self.at(moment, partial(self._hide, person))
        for day in (BEGIN + dt.timedelta(days=day) for day in range(self.days)):
            self.at(day + NIGHT, self._night)
            for n in range(1, 4):
                self.at(day + n * SWEEP, partial(self.stage.workers.sweep, most=HOURLY - 1))
        acts = [(0.25, self._name_moderators), (0.55, self._change_custodians)]
        acts += [(0.35 + 0.6 * n / TRIES, self._ban) for n in range(TRIES)]
        for share, act in acts:
            self.at(BEGIN + dt.timedelta(days=self.days * share), act)
        self.at(max(BEGIN + 2 * SWEEP, self.end - WATCHED), self._begin_to_watch)
        told = 0
        while self._events and self._events[0][0] < self.end:
            moment, _, act = heapq.heappop(self._events)
            self.watcher.look(moment, self._waiting)
            self.stage.clock.move_to(moment)
            self._try(act)
            if self.done["nights"] >= told:
                self.say(f"{self.done['nights']} nights: {dict(self.done)}")
                told += 10
        self.stage.clock.move_to(self.end)

    def _try(self, act: Act) -> None:
        """A page may refuse now and then, as to people; often, and the driver is out of date."""
        try:
            act()
        except (Unexpected, LookupError) as trouble:
            self.failures.append(str(trouble)[:300])
            self.say(f"could not: {self.failures[-1]}")
            if len(self.failures) > max(MAX_FAILURES, len(self.people) // 30):
                raise

    def _night(self) -> None:
        """The sweeps of the night, then the nightly copies."""
        self.stage.workers.sweep()
        self._copy_night()

    def _copy_night(self) -> None:
        self.stage.clock.stamp_files()
        folder = self.out / "N" / f"{self.done['nights']:03}"
        for store, alias in capture.STORES.items():
            capture.copy_database(alias, folder / store, whole=False)
        (folder / "at.json").write_text(json.dumps({"at": self.now.isoformat()}))
        self.done["nights"] += 1

    def _appear(self) -> None:
        self.stage.workers.run(name for name in APPEARING if name in SWEEPS)
        self.watcher.changed |= self._waiting
        self._waiting.clear()

    def _begin_to_watch(self) -> None:
        able = [d for d in self.doctors.values() if self._may_speak(d) and d not in self.moderators]
        if able:
            able[0].person.special = "watcher"
            able[0].sign_in()
            self.watcher.doctor = able[0]
        else:
            self.at(self.now + SWEEP, self._begin_to_watch)

    # People.

    def _join(self, person: Person) -> None:
        doctor = self.doctors[person.number] = Doctor(person, self.stage)
        doctor.sign_up()
        doctor.apply()
        person.user_id = str(User.objects.get(email=person.email).pk)
        doctor.enter()
        self.truth.note(person, "joined", self.now)
        self.done["joined"] += 1

    def _may_speak(self, doctor: Doctor) -> bool:
        person = doctor.person
        is_out = person.is_gone or person.is_banned or person.special == "watcher"
        return bool(person.member_id) and not is_out

    def _come(self, person: Person) -> Doctor | None:
        """Sign in if there is no session; None for who cannot, or has not joined."""
        doctor = self.doctors.get(person.number)
        if doctor is None or not self._may_speak(doctor):
            return None
        doctor.sign_in()
        self.truth.note(person, "visit", self.now)
        return doctor

    def _visit(self, person: Person) -> None:
        """Do a share of what is to be done in all visits; now and then something rare."""
        person.visits = [moment for moment in person.visits if moment > self.now]
        left = len(person.visits) + 1
        doctor = self._come(person)
        if doctor and person.special and (left == 1 or self.chance.share(0.4)):
            self._do_something_rare(doctor)
        if doctor is None or not self._may_speak(doctor):
            return
        if self.chance.share(INBOX):
            doctor.press("/inbox/", "/inbox/read/")
        for name in ("named", "careless", "votes"):
            todo = getattr(person, name)
            n = todo if left == 1 else min(todo, self.chance.poisson(todo / left))
            setattr(person, name, todo - n)
            for _ in range(n):
                if name == "votes":
                    self._vote(doctor)
                else:
                    self._say(doctor, HANDLE if name == "named" else ANONYMOUS, name == "careless")
                self.stage.workers.drain()

    def _hide(self, person: Person) -> None:
        """Come to say one thing without a name, follow it as the page advises, and nothing else."""
        doctor = self._come(person)
        if doctor is not None:
            case = self._say(doctor, ANONYMOUS)
            if self.chance.share(FOLLOWS):
                doctor.press(f"/cases/{case}/", "/follow/")
            self.stage.workers.drain()

    def _say(self, doctor: Doctor, shown_as: str, is_careless: bool = False) -> str:
        """A case now and then, mostly a comment on a recent one; the address of the case."""
        is_case, at = len(self.cases) < 5 or self.chance.share(CASE_SHARE), self.now
        if is_case:
            fields = clinical_case(doctor.person, self.chance)
            case, key = doctor.post_case(fields, shown_as=shown_as), ""
            later = 3 * MARK if shown_as == ANONYMOUS else LATER
            self.at(at + later, partial(self.cases.append, case))
        else:
            case, key = self._comment(doctor, shown_as)
            self.watcher.changed.add(case)
        kind = "case" if is_case else "comment"
        post = WrittenPost(doctor.person, kind, shown_as, case, at, key, is_careless)
        self.truth.posts.append(post)
        self.truth.note(doctor.person, f"{shown_as} {kind}", at, case)
        self.done[f"{shown_as} {kind}"] += 1
        if shown_as == ANONYMOUS:
            self._wait_for_mark(case)
        return case

    def _wait_for_mark(self, case: str) -> None:
        self._waiting.add(case)
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        mark = midnight + ((self.now - midnight) // MARK + 1) * MARK
        for moment in {mark, mark + MARK} - self._marks:
            self._marks.add(moment)
            self.at(moment + LATER, self._appear)

    def _comment(self, doctor: Doctor, shown_as: str) -> tuple[str, str]:
        """On a case that still takes one; the case, and the key of the form."""
        while not (key := doctor.comment(case := self._some_case(), remark(self.chance), shown_as)):
            self.cases.remove(case)
        return case, key

    def _some_case(self) -> str:
        return self.chance.choice(self.cases[-20:] if self.chance.share(0.8) else self.cases)

    def _vote(self, doctor: Doctor) -> None:
        for case in dict.fromkeys(self._some_case() for _ in range(3) if self.cases):
            at = self.now
            if doctor.vote(case):
                self.truth.note_votes(doctor.person, case, at)
                self.truth.note(doctor.person, "vote", at, case)
                self.done["votes"] += 1
                self._wait_for_mark(case)
                return

    def _do_something_rare(self, doctor: Doctor) -> None:
        what, doctor.person.special = doctor.person.special, ""
        self.truth.note(doctor.person, what, self.now)
        if what == "device":
            doctor.sign_in(browser=Browser())
        elif what == "password":
            doctor.change_password()
        elif what.startswith("reset"):
            doctor.reset_password(known_device=what == "reset")
        elif what.startswith("leave"):
            doctor.leave(keeps_named=what == "leave")
        self.done[what] += 1

    # The house.

    def _name_moderators(self) -> None:
        """By the operator's hand: the site has no page for it."""
        for doctor in self.doctors.values():
            named = Member.objects.filter(pk=doctor.person.member_id)
            can = self._may_speak(doctor) and not doctor.person.special and named.exists()
            if can and doctor not in self.moderators and len(self.moderators) < MODERATORS:
                named.update(role=CommunityRole.MODERATOR)
                self.moderators.append(doctor)
        if len(self.moderators) < MODERATORS:  # a member has a row after the first named word
            self.at(self.now + SWEEP, self._name_moderators)

    def _change_custodians(self) -> None:
        """A custodian is replaced: what is encrypted to the three follows as people come."""
        pair = PrivateKey.generate()
        for half, material in (("PUBLIC", pair.public_key), ("PRIVATE", pair)):
            name = f"SERMO_KEY_CUSTODIAN_2_{half}"
            older = os.environ[name]
            version = int(older.partition(":")[0].removeprefix("demo.")) + 1
            encoded = base64.b64encode(bytes(material)).decode()
            os.environ[name] = f"demo.{version}:{encoded},{older}"

    def _ban(self) -> None:
        """Two moderators and the sealed worker ban the author of a recent post."""
        is_anonymous = self._to_ban[True] >= self._to_ban[False]
        free = [d for d in self.doctors.values() if self._may_speak(d) and d not in self.moderators]
        numbers, latest = {doctor.person.number for doctor in free}, self.now - 4 * MARK
        cases = (p for p in self.truth.posts if p.kind == "case" and p.at < latest)
        alike = [p for p in cases if (p.shown_as == ANONYMOUS) == is_anonymous]
        alike = [post for post in alike if post.person.number in numbers][-20:]
        if len(self.moderators) < MODERATORS or not alike or not self._to_ban[is_anonymous]:
            return
        post = self.chance.choice(alike)
        self.moderators[0].suspend(post.kind, post.case)
        self.moderators[1].sign_in()
        self.moderators[1].press("/moderation/", "/confirm/")
        self.stage.workers.sweep(most=HOURLY - 1)
        if Sanction.objects.filter(state=SanctionState.DONE).count() > self.done["bans"]:
            post.person.is_banned = True
            self._to_ban[is_anonymous] -= 1
            self.done["bans"] += 1
            self.truth.note(post.person, "banned", self.now, post.case)
            if self.chance.share(0.5):
                later = dt.timedelta(hours=self.chance.randint(2, 40))
                self.at(self.now + later, self.doctors[post.person.number].try_again)

    # The theft.

    def copy_everything(self) -> None:
        """All stores at the end; the diary beside the copies."""
        first, local = self.out / "C1", Path(os.environ["SERMO_LOCAL"])
        self._copy_night()
        capture.copy_redis(first / "R")
        for store, alias in capture.STORES.items():
            capture.copy_database(alias, first / store, whole=True)
        capture.copy_log(capture.local_paths(), first / "wal.jsonl")
        capture.copy_files(first / "M")
        shutil.copytree(local / "journal", first / "LG")
        shutil.copytree(local / "mail", first / "ML")
        capture.copy_keys(first / "K")
        time, memory = settings.PASSWORD_SLOT_OPSLIMIT, settings.PASSWORD_SLOT_MEMLIMIT
        cost = {"opslimit": time, "memlimit": memory}
        parameters = cost | {"captured_at": self.now.isoformat()}
        (first / "P" / "parameters.json").write_text(json.dumps(parameters))
        self.truth.write(self.out / "truth.json")
