"""Vendors that answer from a script in the test process, for rules, races and orders.

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
MATCHING_IDENTITY = IdentitySearchResult("2073386242", "id.success", "result.match")
IDENTITY_QUESTIONS = tuple(
    IdentityQuestion(f"kind.{n}", f"Question {n}?", ("A", "B")) for n in range(3)
)
PHYSICIAN_RECORD = NpiRecord(
    organisation=False,
    given_names=["BLAKE"],
    family_names=["PLACEHOLDER"],
    credential="M.D.",
    codes=["207R00000X"],
    licences=[StateLicence("NJ", "25MA00000001")],
    phones=["201-556-0001"],
)
MATCHING_CANDIDATE = MasterfileCandidate(
    "900001", ("Blake",), ("Placeholder",), dt.date(1958, 2, 6), ("2999000013",), mortality="A"
)
ACTIVE_PROFILE = MasterfileProfile(
    degree_awarded=True,
    licences=(StateLicence("New Jersey", "25MA00000001", "Active", dt.date(2099, 6, 30)),),
)
TRAINEE_PROFILE = replace(
    ACTIVE_PROFILE,
    licences=(),
    training=(TrainingPeriod(dt.date(2020, 7, 1), dt.date(2099, 6, 30)),),
)


@dataclass
class VendorScript:
    """What each vendor answers. Faults come first, one for each request."""

    searched: list[IdentitySearchResult] = field(default_factory=lambda: [MATCHING_IDENTITY])
    scored: list[QuestionScore] = field(default_factory=list)
    found: list[MasterfileCandidate] = field(default_factory=lambda: [MATCHING_CANDIDATE])
    record: MasterfileProfile | None = ACTIVE_PROFILE
    provider: NpiRecord | None = PHYSICIAN_RECORD
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    changes: list[MasterfileChange] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    device: bool = False

    def fail(self, vendor: str, *faults: Fault) -> None:
        self.faults[vendor] = deque(faults)

    def call_count(self, vendor: str) -> int:
        return self.calls.count(vendor)

    def record_call(self, vendor: str) -> None:
        self.calls.append(vendor)
        waiting = self.faults.get(vendor)
        if not waiting:
            return
        fault = waiting.popleft()
        if isinstance(fault, Exception):
            raise fault
        fault()


script = VendorScript()


class _Identity:
    is_configured = True

    def search(self, person: ApplicantDetails, ssn: str, invoice: str) -> IdentitySearchResult:
        script.numbers.append(ssn)
        script.record_call("idology")
        place = min(script.call_count("idology"), len(script.searched)) - 1
        return script.searched[place]

    def answer(
        self, id_number: str, answers: Mapping[str, str], *, challenge: bool
    ) -> QuestionScore:
        script.record_call("kba")
        return script.scored.pop(0)


class _Masterfile:
    is_configured = True

    def find(self, npi: str) -> Sequence[MasterfileCandidate]:
        script.record_call("ama")
        return script.found

    def profile(self, entity_id: str) -> MasterfileProfile | None:
        script.record_call("profile")
        return script.record

    def watch(self, entity_id: str) -> None:
        script.record_call("watch")

    def unwatch(self, entity_id: str) -> None:
        script.record_call("unwatch")

    def changes(self) -> Sequence[MasterfileChange]:
        script.record_call("changes")
        return list(script.changes)

    def changed(self, change_id: str) -> MasterfileProfile | None:
        script.record_call("changed")
        return script.record

    def forget(self, change_id: str) -> None:
        script.record_call("forget")
        script.changes = [change for change in script.changes if change.id != change_id]


class _Providers:
    is_configured = True

    def find(self, npi: str) -> NpiRecord | None:
        script.record_call("nppes")
        return script.provider


class ScriptedVendorAdapters:
    def document_examiner(self) -> NullDocumentExaminer:
        return NullDocumentExaminer()

    def identity_service(self) -> _Identity:
        return _Identity()

    def masterfile_service(self) -> _Masterfile:
        return _Masterfile()

    def npi_registry(self) -> _Providers:
        return _Providers()

    @property
    def has_device_script(self) -> bool:
        return script.device


class ScriptedSmsSender:
    """Stores text messages instead of sending them."""

    is_configured = True
    sent: list[tuple[str, str]] = []

    def send(self, number: str, text: str) -> None:
        self.sent.append((number, text))


@contextmanager
def scripted(settings: Any, **values: Any) -> Iterator[VendorScript]:
    """Configure all three vendors to answer from the script."""
    global script
    script = VendorScript(**values)
    settings.VENDOR_ADAPTERS = "tests.verification.scripted_vendors.ScriptedVendorAdapters"
    settings.PHONE_SENDER = "tests.verification.scripted_vendors.ScriptedSmsSender"
    ScriptedSmsSender.sent.clear()
    yield script
