"""One drill's months, from the first sign-up to the second capture."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from unittest.mock import patch

from accounts.models import User
from sermo.members.models import CommunityRole, Member
from tools.breach_drill.world import clock as clocks
from tools.breach_drill.world import content
from tools.breach_drill.world.actions import ANONYMOUS, HANDLE, REAL_NAME, Doctor
from tools.breach_drill.world.browser import Browser, Unexpected
from tools.breach_drill.world.context import PlayContext
from tools.breach_drill.world.ground_truth import GroundTruth, WrittenPost
from tools.breach_drill.world.people import Person, invent

NIGHT = dt.timedelta(hours=22)  # after the first hour of the drill: three in the morning
APPEARED = dt.timedelta(minutes=22)
SWEEP = dt.timedelta(hours=6)
CASE_SHARE, PICTURE_SHARE, REAL_NAME_SHARE = 0.12, 0.3, 0.04
MAX_PICTURES = 8  # looking for text and faces takes seconds each
FAULTS, MODERATORS, REPORTS = 8, 2, 0.02
LAST_HOUR_POSTS = 12
# Tables are rewritten only every third night, which is slow, and in the last nights: what counts is
# the order of rows at the time of the copy.
TABLE_REWRITES = frozenset({"custody.rewrite_tables_of_people", "custody.rewrite_tables"})
EVERY_NIGHTS, LAST_NIGHTS = 3, 4
# Publishes anonymous posts and notifies followers.
APPEARING = ("cases.publish_delayed", "mail.sweep_community")
MAX_FAILURES, LAST_SWEEPS = 2, 6
Act = Callable[[], None]


class World:
    """The events of a drill in order of time, and what they leave."""

    def __init__(
        self,
        stage: PlayContext,
        *,
        seed: int,
        people: int,
        days: int,
        say: Callable[[str], None],
        back_up: Act,
    ) -> None:
        self.back_up = back_up
        self.stage, self.days, self.say = stage, days, say
        self.chance = stage.chance
        self.people = invent(people, days, clocks.BEGIN, self.chance)
        self.truth = GroundTruth(seed, self.people, days)
        self.end = clocks.BEGIN + dt.timedelta(days=days, hours=15)
        self.doctors: dict[int, Doctor] = {}
        self.done: Counter[str] = Counter()
        self.cases: list[str] = []
        self.moderators: list[Doctor] = []
        self._events: list[tuple[dt.datetime, int, Act]] = []
        self._count = itertools.count()
        self.failures: list[str] = []
        self._sweeps: set[dt.datetime] = set()

    # Time.

    def at(self, moment: dt.datetime, act: Act) -> None:
        heapq.heappush(self._events, (moment, next(self._count), act))

    def run(self) -> None:
        """Everything until the end of the last day."""
        for person in self.people:
            self.at(person.joins, lambda person=person: self._join(person))  # type: ignore[misc]
            for moment in person.visits:
                self.at(moment, lambda person=person: self._visit(person))  # type: ignore[misc]
            for moment in person.anonymous:
                self.at(moment, lambda person=person: self._hide(person))  # type: ignore[misc]
        for day in range(self.days):
            self.at(clocks.BEGIN + NIGHT + dt.timedelta(days=day), self._night)
            for n in range(1, 4):
                self.at(clocks.BEGIN + dt.timedelta(days=day) + n * SWEEP, self._sweep)
        for n in range(LAST_SWEEPS):  # the last hours as they are
            self.at(self.end - dt.timedelta(hours=n, minutes=1), self._sweep_all)
        self.at(clocks.BEGIN + dt.timedelta(days=self.days * 0.25), self._name_moderators)
        faults = min(FAULTS, len(self.people) // 4)
        for n in range(faults):
            self.at(
                clocks.BEGIN + dt.timedelta(days=self.days * (n + 1) / (faults + 1)), self._fault
            )
        self.at(clocks.BEGIN + dt.timedelta(days=self.days * 0.7), self._ban)
        self._run_until(self.end)

    def _run_until(self, end: dt.datetime) -> None:
        day = -1
        while self._events and self._events[0][0] < end:
            moment, _, act = heapq.heappop(self._events)
            self.stage.clock.move_to(moment)
            self._try(act)
            passed = (moment - clocks.BEGIN).days
            if passed // 10 != day:
                day = passed // 10
                self.say(f"day {passed}: {dict(self.done)}")
        self.stage.clock.move_to(end)

    def _try(self, act: Act) -> None:
        """A page may refuse now and then, as to people; often, and the driver is out of date."""
        try:
            act()
        except (Unexpected, LookupError) as trouble:
            self.failures.append(str(trouble)[:300])
            self.say(f"could not: {self.failures[-1]}")
            if len(self.failures) > max(MAX_FAILURES, len(self.people) // 50):
                raise

    def _now(self) -> str:
        return self.stage.clock.now.isoformat()

    def _night(self) -> None:
        left = (self.end - self.stage.clock.now).days
        is_rare = left > LAST_NIGHTS and self.done["nights"] % EVERY_NIGHTS
        self.stage.workers.sweep(but=TABLE_REWRITES if is_rare else ())
        self.stage.clock.stamp_files()
        if self.stage.clock.now > self.end - dt.timedelta(days=1):
            self.back_up()
        self.done["nights"] += 1

    def _sweep_all(self) -> None:
        self.stage.workers.sweep(most=clocks.HOURLY)
        self.stage.clock.stamp_files()
        self.done["sweeps"] += 1

    def _sweep(self) -> None:
        """Those of every minute; the hourly ones wait for the night, but for the last hours."""
        self.stage.workers.sweep(most=clocks.HOURLY - 1)
        self.done["sweeps"] += 1

    def _sweep_soon(self) -> None:
        """After the random delay of the last post."""
        moment = (self.stage.clock.now + APPEARED).replace(second=0, microsecond=0)
        if not any(abs((other - moment).total_seconds()) < 600 for other in self._sweeps):
            self._sweeps.add(moment)
            self.at(moment, self._appear)

    def _appear(self) -> None:
        self.stage.workers.run(APPEARING)
        self.done["appearings"] += 1

    # People.

    def _join(self, person: Person) -> None:
        doctor = self.doctors[person.number] = Doctor(person, self.stage)
        doctor.sign_up()
        doctor.apply()
        doctor.enter()
        person.user_id = str(User.objects.get(email=person.email).pk)
        person.member_id = str(Member.objects.get(handle=person.handle).pk)
        self.done["joined"] += 1

    def _visit(self, person: Person) -> None:
        """Come, perhaps sign in, do a share of what is to be done; now and then something rare."""
        if person.is_gone or person.is_banned or person.number not in self.doctors:
            return
        doctor = self.doctors[person.number]
        person.visits = [moment for moment in person.visits if moment > self.stage.clock.now]
        left = len(person.visits) + 1
        if person.special and (left == 1 or self.chance.share(0.4)):
            self._something_rare(doctor)
        if self._may_speak(doctor):
            self._take_part(doctor, left)

    def _take_part(self, doctor: Doctor, left: int) -> None:
        """A share of what is to be done in all the visits that are left."""
        person = doctor.person
        doctor.sign_in()
        self.done["visits"] += 1
        for name in ("named", "careless", "votes"):
            todo = getattr(person, name)
            n = todo if left == 1 else min(todo, self.chance.poisson(todo / left))
            setattr(person, name, todo - n)
            for _ in range(n):
                self._act(name, doctor)

    def _hide(self, person: Person) -> None:
        """Come to say one thing without a name, and nothing else."""
        doctor = self.doctors.get(person.number)
        if doctor is not None and self._may_speak(doctor):
            doctor.sign_in()
            self.say_something(doctor, ANONYMOUS)
            self.stage.workers.drain()

    def _act(self, name: str, doctor: Doctor) -> None:
        if name == "votes":
            self._vote(doctor)
        elif name == "careless":
            self.say_something(doctor, ANONYMOUS, is_careless=True)
        else:
            real = self.chance.share(REAL_NAME_SHARE)
            self.say_something(doctor, REAL_NAME if real else HANDLE)
        self.stage.workers.drain()
        if self.chance.share(REPORTS) and self.cases:
            doctor.report("case", self.chance.choice(self.cases))
            self.done["reports"] += 1

    def say_something(self, doctor: Doctor, shown_as: str, *, is_careless: bool = False) -> None:
        """A case now and then, mostly a comment on a recent one."""
        if len(self.cases) < 5 or self.chance.share(CASE_SHARE):
            post = self._post(doctor, shown_as)
        else:
            post = self._comment(doctor, shown_as)
        post.is_careless, post.at = is_careless, self._now()
        self.truth.posts.append(post)
        self.done[shown_as] += 1
        if shown_as == ANONYMOUS:
            self._sweep_soon()

    def _comment(self, doctor: Doctor, shown_as: str) -> WrittenPost:
        """On a case that still takes one."""
        text = content.remark(doctor.person, self.chance)
        while True:
            case = self._some_case()
            key = doctor.comment(case, text, shown_as=shown_as)
            if key:
                return WrittenPost(doctor.person, "comment", shown_as, case, key=key)
            self.cases.remove(case)

    def _post(self, doctor: Doctor, shown_as: str) -> WrittenPost:
        picture = None
        most = min(MAX_PICTURES, max(1, len(self.people) // 10))
        if self.done["pictures"] < most and self.chance.share(PICTURE_SHARE):
            canary = f"canary-exif-{doctor.person.number}-{len(self.truth.posts)}"
            self.truth.canaries["files"].append(canary)
            picture = content.photograph(canary, self.chance)
        reported = content.case(doctor.person, self.chance)
        case = doctor.post_case(reported, shown_as=shown_as, picture=picture)
        if picture is not None:
            self.stage.workers.drain()
            self.stage.clock.stamp_files()
            self.done["pictures"] += 1
        if shown_as != ANONYMOUS:
            self.cases.append(case)
        else:
            self.at(self.stage.clock.now + 2 * APPEARED, lambda: self.cases.append(case))
        return WrittenPost(doctor.person, "case", shown_as, "", public_id=case)

    def _some_case(self) -> str:
        """Mostly one of the last twenty."""
        return self.chance.choice(self.cases[-20:] if self.chance.share(0.8) else self.cases)

    def _vote(self, doctor: Doctor) -> None:
        for _ in range(3):
            case = self._some_case() if self.cases else ""
            if case and doctor.vote(case):
                self.truth.note_votes(doctor.person, case, self._now())
                self.done["votes"] += 1
                return

    def _something_rare(self, doctor: Doctor) -> None:
        what, doctor.person.special = doctor.person.special, ""
        if what == "device":
            doctor.sign_in(browser=Browser())
        elif what.startswith("reset"):
            doctor.reset_password(known_device=what == "reset")
        elif what.startswith("leave"):
            doctor.sign_in()
            doctor.leave(keeps_named=what == "leave")
        else:
            doctor.sign_in()
            doctor.export()
        self.done[what] += 1

    # The house.

    def _name_moderators(self) -> None:
        """By the operator's hand: the site has no page for it."""
        inside = [d for d in self.doctors.values() if self._may_speak(d) and not d.person.special]
        self.moderators = inside[:MODERATORS]
        for doctor in self.moderators:
            Member.objects.filter(pk=doctor.person.member_id).update(role=CommunityRole.MODERATOR)

    def _fault(self) -> None:
        """An error in the code while a member looks at a page; its text names what it must not."""
        inside = [d for d in self.doctors.values() if not (d.person.is_gone or d.person.is_banned)]
        if not inside or not self.cases:
            return
        doctor = self.chance.choice(inside)
        doctor.sign_in()
        canary = f"canary-error-{self.done['faults']} {doctor.person.email} {doctor.person.handle}"
        self.truth.canaries["errors"].append(f"canary-error-{self.done['faults']}")
        with patch("cases.views.case_page.case_page", side_effect=RuntimeError(canary)):
            doctor.browser.get(f"/cases/{self.cases[-1]}/")
        if doctor.browser.status != 500:
            raise Unexpected(f"the fault was answered with {doctor.browser.status}")
        self.done["faults"] += 1

    def _ban(self) -> None:
        """Two moderators and the sealed worker suspend the author of an anonymous comment."""
        if len(self.moderators) < MODERATORS:
            return
        own = {doctor.person.number for doctor in self.moderators}
        post = next(
            (
                post
                for post in self.truth.posts
                if post.shown_as == ANONYMOUS
                and post.kind == "case"
                and post.person.number not in own
                and not post.person.is_gone
            ),
            None,
        )
        if post is None:
            return
        first, second = self.moderators
        for doctor in (first, second):
            doctor.sign_in()
        first.suspend(post.kind, post.public_id)
        second.confirm()
        self.stage.workers.drain()
        self._sweep()
        post.person.is_banned = Member.objects.filter(
            pk=post.person.member_id, suspended_at__isnull=False
        ).exists()
        self.done["bans"] += post.person.is_banned

    # The two captures.

    def last_hour(self) -> None:
        """Some speak, named and anonymous in turn; nothing is done with what they queue."""
        able = [d for d in self.doctors.values() if self._may_speak(d)]
        for n in range(LAST_HOUR_POSTS):
            self.stage.clock.move_to(self.stage.clock.now + dt.timedelta(minutes=3))
            doctor = self.chance.choice(able)
            doctor.sign_in()
            post = self._comment(doctor, ANONYMOUS if n % 2 else HANDLE)
            post.at = self._now()
            self.truth.posts.append(post)

    def _may_speak(self, doctor: Doctor) -> bool:
        person = doctor.person
        return bool(person.member_id) and not (person.is_gone or person.is_banned)

    def whoever_reads(self) -> Doctor:
        """An ordinary member, through whose eyes pages are copied."""
        return next(
            d
            for d in reversed(self.doctors.values())
            if self._may_speak(d) and d not in self.moderators
        )
