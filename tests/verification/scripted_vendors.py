"""Vendors that answer from a script, in the process of the test: for rules, races and orders.

Wire formats are tested elsewhere, over HTTP.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from verification.personal_data.applicant_details import ApplicantDetails
from verification.vendors.null import NullDocumentExaminer
from verification.vendors.records import (
    IdentityQuestion,
    IdentitySearchResult,
    MasterfileCandidate,
    MasterfileChange,
    MasterfileProfile,
    NpiRecord,
    QuestionScore,
    StateLicence,
    TrainingPeriod,
)

Fault = Exception | Callable[[], None]
PASS = IdentitySearchResult("2073386242", "id.success", "result.match")
QUESTIONS = tuple(IdentityQuestion(f"kind.{n}", f"Question {n}?", ("A", "B")) for n in range(3))
PHYSICIAN = NpiRecord(
    organisation=False,
    given_names=["BLAKE"],
    family_names=["PLACEHOLDER"],
    credential="M.D.",
    codes=["207R00000X"],
    licences=[StateLicence("NJ", "25MA00000001")],
    phones=["201-556-0001"],
)
KNOWN = MasterfileCandidate(
    "900001", ("Blake",), ("Placeholder",), dt.date(1958, 2, 6), ("2999000013",), mortality="A"
)
RECORD = MasterfileProfile(
    degree_awarded=True,
    licences=(StateLicence("New Jersey", "25MA00000001", "Active", dt.date(2099, 6, 30)),),
)
IN_TRAINING = replace(
    RECORD, licences=(), training=(TrainingPeriod(dt.date(2020, 7, 1), dt.date(2099, 6, 30)),)
)


@dataclass
class Script:
    """What each vendor says; faults come first, one for each question."""

    searched: list[IdentitySearchResult] = field(default_factory=lambda: [PASS])
    scored: list[QuestionScore] = field(default_factory=list)
    found: list[MasterfileCandidate] = field(default_factory=lambda: [KNOWN])
    record: MasterfileProfile | None = RECORD
    provider: NpiRecord | None = PHYSICIAN
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    changes: list[MasterfileChange] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    device: bool = False

    def fail(self, vendor: str, *faults: Fault) -> None:
        self.faults[vendor] = deque(faults)

    def asked(self, vendor: str) -> int:
        return self.calls.count(vendor)

    def heard(self, vendor: str) -> None:
        self.calls.append(vendor)
        waiting = self.faults.get(vendor)
        if not waiting:
            return
        fault = waiting.popleft()
        if isinstance(fault, Exception):
            raise fault
        fault()


script = Script()


class _Identity:
    is_configured = True

    def search(self, person: ApplicantDetails, ssn: str, invoice: str) -> IdentitySearchResult:
        script.numbers.append(ssn)
        script.heard("idology")
        place = min(script.asked("idology"), len(script.searched)) - 1
        return script.searched[place]

    def answer(
        self, id_number: str, answers: Mapping[str, str], *, challenge: bool
    ) -> QuestionScore:
        script.heard("kba")
        return script.scored.pop(0)


class _Masterfile:
    is_configured = True

    def find(self, npi: str) -> Sequence[MasterfileCandidate]:
        script.heard("ama")
        return script.found

    def profile(self, entity_id: str) -> MasterfileProfile | None:
        script.heard("profile")
        return script.record

    def watch(self, entity_id: str) -> None:
        script.heard("watch")

    def unwatch(self, entity_id: str) -> None:
        script.heard("unwatch")

    def changes(self) -> Sequence[MasterfileChange]:
        script.heard("changes")
        return list(script.changes)

    def changed(self, change_id: str) -> MasterfileProfile | None:
        script.heard("changed")
        return script.record

    def forget(self, change_id: str) -> None:
        script.heard("forget")
        script.changes = [change for change in script.changes if change.id != change_id]


class _Providers:
    is_configured = True

    def find(self, npi: str) -> NpiRecord | None:
        script.heard("nppes")
        return script.provider


class ScriptedSources:
    def examiner(self) -> NullDocumentExaminer:
        return NullDocumentExaminer()

    def identity(self) -> _Identity:
        return _Identity()

    def masterfile(self) -> _Masterfile:
        return _Masterfile()

    def providers(self) -> _Providers:
        return _Providers()

    @property
    def has_device_script(self) -> bool:
        return script.device


class RecordingSender:
    """Telephones that remember what they were sent."""

    is_configured = True
    sent: list[tuple[str, str]] = []

    def send(self, number: str, text: str) -> None:
        self.sent.append((number, text))


@contextmanager
def scripted(settings: Any, **values: Any) -> Iterator[Script]:
    """All three vendors configured and answering from the script."""
    global script
    script = Script(**values)
    settings.VERIFICATION_SOURCES = "tests.verification.scripted_vendors.ScriptedSources"
    settings.PHONE_SENDER = "tests.verification.scripted_vendors.RecordingSender"
    RecordingSender.sent.clear()
    yield script
