"""Vendors that answer from a scenario, without a network: what the sandbox would be told."""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any

from verification.personal import Person
from verification.pipeline.checks.licences import Licence
from verification.pipeline.checks.masterfile import Found, Record, Training
from verification.pipeline.checks.registers import Provider
from verification.pipeline.checks.subject import Misconfigured, Passing, Unknown
from verification.pipeline.sources import Examined, Question, Scored, Searched
from verification.replay.scenario import Scenario


class Twin:
    scenario: Scenario | None = None
    counted: Counter[str] = Counter()
    faults: dict[str, deque[str]] = {}
    token = False
    searches = 0


def hear(provider: str, unsafe: bool = False) -> None:
    Twin.counted[provider] += 1
    waiting = Twin.faults.get(provider)
    if not waiting:
        return
    fault = waiting.popleft() if len(waiting) > 1 else waiting[0] if waiting[0] != "ok" else "ok"
    if fault == "ok":
        return
    if fault == "401":
        raise PermissionError
    if fault.startswith("4") and fault != "429":
        raise Misconfigured(provider)
    if fault.startswith("http200_error:"):
        raise Misconfigured(provider)
    raise Unknown(provider) if unsafe else Passing(provider)


class TwinBench:
    def load(self, scenario: Scenario) -> None:
        Twin.scenario = scenario
        Twin.counted = Counter()
        Twin.faults = {f.provider: deque(f.sequence) for f in scenario.faults}
        Twin.token = False
        Twin.searches = 0

    def calls(self) -> dict[str, int]:
        return dict(Twin.counted)


def told(name: str) -> Any:
    return (Twin.scenario.providers if Twin.scenario else {}).get(name)


def day(text: str | None) -> dt.date | None:
    plain = (text or "").replace("-", "")
    return dt.date.fromisoformat(plain) if plain else None


class TwinIdentity:
    is_configured = True

    def search(self, person: Person, ssn: str, invoice: str) -> Searched:
        try:
            hear("idology", unsafe=True)
        except PermissionError:
            raise Misconfigured("idology") from None
        answers = told("idology") or []
        said = answers[min(Twin.searches, len(answers) - 1)]
        Twin.searches += 1
        asked = bool(told("kba"))
        questions = tuple(Question(f"k{n}", "?", ("A", "B")) for n in range(3)) if asked else ()
        return Searched(
            "1",
            said["summary"],
            said["result"],
            tuple(said.get("qualifiers") or ()),
            said.get("restriction") == "global.watch.list",
            bool(said.get("velocity")),
            questions,
        )

    def answer(self, id_number: str, answers: Mapping[str, str], *, challenge: bool) -> Scored:
        hear("idology_kba", unsafe=True)
        kba = told("kba") or {}
        if challenge:
            return Scored(kba.get("challenge_incorrect", 0))
        return Scored(kba.get("incorrect", 0), (Question("c1", "?", ("A",)),))


class TwinMasterfile:
    is_configured = True

    def _call(self) -> None:
        for last in (False, True):
            if not Twin.token:
                hear("ama_token")
                Twin.token = True
            try:
                hear("ama")
                return
            except PermissionError:
                Twin.token = False
                if last:
                    raise Misconfigured("ama") from None

    def find(self, npi: str) -> Sequence[Found]:
        self._call()
        return [
            Found(
                str(c["entityId"]),
                (c["legalFirstName"], *(n.get("firstName", "") for n in c.get("names", []))),
                (c["legalLastName"], *(n.get("lastName", "") for n in c.get("names", []))),
                day(c.get("birthDate")),
                tuple(c.get("npi", ())),
                c.get("meNumber", ""),
                c.get("mortalityStatusCode", ""),
            )
            for c in told("ama")["search"]
        ]

    def profile(self, entity_id: str) -> Record | None:
        self._call()
        p = told("ama")["profile"]
        s = p["sanctions"]
        return Record(
            death_date=day(p.get("deathDate")),
            student=p.get("studentIndicator") == "Y",
            degree_awarded=any(m.get("degreeAwarded") == "Yes" for m in p["medicalSchools"])
            if p["medicalSchools"]
            else None,
            training=tuple(
                Training(day(t.get("beginDate")), day(t.get("endDate")))
                for t in p["medicalTraining"]
            ),
            licences=tuple(
                Licence(
                    lic["stateDescription"],
                    lic["licenseNumber"],
                    lic["licenseStatusDescription"],
                    day(lic.get("expirationDate")),
                )
                for lic in p["licenses"]
            ),
            sanctioned=any(v == "Y" for v in s.values()) or bool(s["stateSanctions"]["state"]),
        )

    def watch(self, entity_id: str) -> None: ...

    def unwatch(self, entity_id: str) -> None: ...


class TwinProviders:
    is_configured = True

    def find(self, npi: str) -> Provider | None:
        hear("nppes")
        p = told("nppes")
        if not p:
            return None
        return Provider(
            p["enumeration_type"] == "NPI-2",
            [p["first_name"], *(o.get("first_name", "") for o in p["other_names"])],
            [p["last_name"], *(o.get("last_name", "") for o in p["other_names"])],
            p["credential"] or "",
            [t["code"] for t in p["taxonomies"]],
            [Licence(t["state"], t["license"]) for t in p["taxonomies"]],
            [p["practice_phone"]],
        )


class TwinExaminer:
    def examine(self, application_id: str) -> Examined | None:
        seen = told("document")
        if not isinstance(seen, dict) or seen.get("status") != "verified":
            return None
        return Examined(seen.get("name_matches") is not False, seen.get("dob_matches") is not False)


class TwinSources:
    has_device_script = True

    def examiner(self) -> TwinExaminer:
        return TwinExaminer()

    def identity(self) -> TwinIdentity:
        return TwinIdentity()

    def masterfile(self) -> TwinMasterfile:
        return TwinMasterfile()

    def providers(self) -> TwinProviders:
        return TwinProviders()
