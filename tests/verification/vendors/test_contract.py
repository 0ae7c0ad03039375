"""One suite for two backends: the adapters against the sandbox, and against stored bodies.

So neither the sandbox nor the adapters can deviate from the wire formats unnoticed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from tools.management.commands.vendor_sandbox import CLEAN
from tools.vendor_sandbox import faults
from tools.vendor_sandbox.server import SandboxServer, running_sandbox
from verification.personal_data.applicant_details import ApplicantDetails
from verification.vendors.ama import OAUTH_PATH, AmaMasterfile
from verification.vendors.errors import (
    RequestRejectedError,
    TransientVendorError,
    UnknownResultError,
    VendorConfigurationError,
)
from verification.vendors.http_client import VendorHttpClient
from verification.vendors.idology import IdologyService
from verification.vendors.nppes import NppesRegistry

BLAKE = ApplicantDetails(
    given_name="Blake",
    family_name="Placeholder",
    street="1 Test Way",
    city="Paramus",
    state="NJ",
    zip_code="07652",
    birth_date="1958-02-06",
)
SSN, NPI, ENTITY = "899550001", "2999000013", "900001"
QUESTIONS = (
    "<questions><question><prompt>?</prompt><type>a</type><answer>A</answer></question>"
    "<question><prompt>?</prompt><type>b</type><answer>A</answer></question>"
    "<question><prompt>?</prompt><type>c</type><answer>A</answer></question></questions>"
)
# As in docs/design/verification.md.
STORED_PASS = (
    '<?xml version="1.0"?><response><id-number>2073386242</id-number><summary-result>'
    "<key>id.success</key><message>PASS</message></summary-result><results>"
    "<key>result.match</key><message>ID Located</message></results>%s</response>"
)
STORED_PROFILE = (
    '<fullProfile xmlns="http://eprofiles.myama.com/core/"><entityId>900001</entityId>'
    "<demographics><deathDate/><studentIndicator>N</studentIndicator></demographics>"
    "<licenses><licenseNumber>25MA00000001</licenseNumber>"
    "<stateDescription>New Jersey</stateDescription>"
    "<licenseStatusDescription>Active</licenseStatusDescription>"
    "<expirationDate>2099-06-30</expirationDate></licenses>"
    "<medicalSchools><degreeAwarded>Yes</degreeAwarded></medicalSchools>"
    "<medicalTraining><programName/></medicalTraining><sanctions><deaSanction>N</deaSanction>"
    "<stateSanctions/></sanctions></fullProfile>"
)
STORED_SEARCH = [
    {
        "entity_id": "900001",
        "first_name": "Blake",
        "last_name": "Placeholder",
        "date_of_birth": "1958-02-06",
        "npi": ["2999000013"],
    }
]
STORED_NPPES = {
    "result_count": 1,
    "results": [
        {
            "number": NPI,
            "enumeration_type": "NPI-1",
            "basic": {"first_name": "BLAKE", "last_name": "PLACEHOLDER", "credential": "M.D."},
            "other_names": [],
            "taxonomies": [{"code": "207R00000X", "state": "NJ", "license": "25MA00000001"}],
            "addresses": [{"telephone_number": "201-556-0001"}],
        }
    ],
}


@dataclass
class VendorBackend:
    """The three adapters, and how to script what is behind them."""

    base: str
    tell: Callable[[dict[str, Any]], None]
    transport: httpx.BaseTransport | None = None
    secret: str = "sandbox"
    calls: list[str] = field(default_factory=list)

    def _client(self, name: str, *, unsafe: bool = False) -> VendorHttpClient:
        return VendorHttpClient(name, f"{self.base}/{name}", unsafe, self.transport)

    @property
    def idology(self) -> IdologyService:
        return IdologyService(self._client("idology", unsafe=True), "sandbox", self.secret)

    @property
    def ama(self) -> AmaMasterfile:
        return AmaMasterfile(self._client("ama"), "sandbox", self.secret)

    @property
    def nppes(self) -> NppesRegistry:
        return NppesRegistry(self._client("nppes"))


class Stored:
    """Stored bodies; the script decides which of them is returned."""

    def __init__(self) -> None:
        self.providers: dict[str, Any] = dict(CLEAN)
        self.fault: dict[str, str] = {}
        self.expired = False

    def tell(self, facts: dict[str, Any]) -> None:
        self.providers |= facts.get("providers", {})
        for fault in facts.get("faults", ()):
            self.fault[fault["provider"]] = fault["sequence"][0]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        name = path.split("/")[1]
        provider = "ama_token" if path.endswith(OAUTH_PATH) else name
        if fault := self.fault.get(provider):
            reply = faults.fault_reply(fault)
            if reply is None:
                raise httpx.ReadTimeout("never answered", request=request)
            kind = {"content-type": reply.content_type, **reply.headers}
            return httpx.Response(reply.status, content=reply.body, headers=kind)
        answer: Callable[[httpx.Request, str], httpx.Response] = getattr(self, provider)
        return answer(request, path.removeprefix(f"/{name}"))

    def idology(self, request: httpx.Request, path: str) -> httpx.Response:
        form = request.content.decode()
        if "password=sandbox" not in form:
            return httpx.Response(
                200, text="<response><error>Invalid username and password</error></response>"
            )
        if path != "/idiq.svc":
            scored = "<idliveq-result><key>result.questions.1.incorrect</key></idliveq-result>"
            return httpx.Response(200, text=f"<response>{scored}</response>")
        if "firstName=&" in form:
            return httpx.Response(
                200, text="<response><error>Please provide a first name</error></response>"
            )
        scripted = (self.providers.get("idology") or [{}])[0]
        notes = "".join(
            f"<qualifier><key>resultcode.{note}</key></qualifier>"
            for note in scripted.get("qualifiers") or ()
        )
        inner = f"<qualifiers>{notes}</qualifiers>" if notes else ""
        if scripted.get("restriction"):
            inner += f"<restriction><key>{scripted['restriction']}</key></restriction>"
        if scripted.get("velocity"):
            key = "<velocity-result><key>NAME</key></velocity-result>"
            inner += f"<velocity-results>{key}</velocity-results>"
        return httpx.Response(
            200, text=STORED_PASS % (inner + QUESTIONS * bool(self.providers.get("kba")))
        )

    def ama_token(self, request: httpx.Request, path: str) -> httpx.Response:
        if b"client_secret=sandbox" not in request.content:
            return httpx.Response(401)
        return httpx.Response(200, json={"access_token": "t"})

    def ama(self, request: httpx.Request, path: str) -> httpx.Response:
        if not request.headers.get("x-location"):
            return httpx.Response(400)
        if path == "/physicians/search":
            hits = STORED_SEARCH if (self.providers.get("ama") or {}).get("search") else []
            return httpx.Response(200, json=hits) if hits else httpx.Response(204)
        if path == f"/profiles/profile/full/{ENTITY}":
            return httpx.Response(200, text=STORED_PROFILE)
        if path.startswith("/profiles/monitor/entities/"):
            return httpx.Response(200)
        return httpx.Response(204 if path.endswith("notifications") else 404)

    def nppes(self, request: httpx.Request, path: str) -> httpx.Response:
        number = request.url.params["number"]
        if len(number) != 10:
            return httpx.Response(200, json={"Errors": [{"number": "06", "field": "number"}]})
        if number != NPI:
            return httpx.Response(200, json={"result_count": 0, "results": []})
        return httpx.Response(200, json=STORED_NPPES)


# Seconds to connect, for each part of an answer, for the whole: no busy machine reaches the first;
# a vendor that never answers reaches the second at once.
NEVER_OVER, SOON_OVER = (120.0, 120.0, 240.0), (120.0, 0.1, 240.0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as served:
        yield served


@pytest.fixture(params=["sandbox", "stored"])
def world(request: pytest.FixtureRequest, settings: Any) -> VendorBackend:
    settings.VENDOR_SECONDS = NEVER_OVER
    if request.param == "stored":
        stored = Stored()
        return VendorBackend("https://v.example", stored.tell, httpx.MockTransport(stored))
    served: SandboxServer = request.getfixturevalue("sandbox")
    served.state.control({"reset": True, "providers": CLEAN, "hang": 2.0, "velocity": False})

    def tell(facts: dict[str, Any]) -> None:
        answer = httpx.post(f"{served.base}/__control__", content=json.dumps(_whole(served, facts)))
        assert answer.status_code == 200, answer.text

    return VendorBackend(served.base, tell)


def _whole(served: SandboxServer, facts: dict[str, Any]) -> dict[str, Any]:
    """New facts merged into the current ones."""
    if "providers" in facts:
        facts = {**facts, "providers": {**served.state.providers, **facts["providers"]}}
    return facts


def test_a_clean_person_matches(world: VendorBackend) -> None:
    result = world.idology.search(BLAKE, SSN, "c0ffee01-idv-1")

    assert (result.summary, result.result) == ("id.success", "result.match")
    assert (result.qualifiers, result.watch_list, result.velocity, result.questions) == (
        (),
        False,
        False,
        (),
    )
    assert result.id_number.isdigit()


def test_watch_list_qualifier_and_velocity_are_all_returned(world: VendorBackend) -> None:
    scripted = {
        "summary": "id.success",
        "result": "result.match",
        "qualifiers": ["subject.deceased"],
        "restriction": "global.watch.list",
        "velocity": ["NAME"],
    }
    world.tell({"providers": {"idology": [scripted]}})

    result = world.idology.search(BLAKE, SSN, "x")

    assert (result.qualifiers, result.watch_list, result.velocity) == (
        ("subject.deceased",),
        True,
        True,
    )


def test_questions_are_asked_and_scored(world: VendorBackend) -> None:
    world.tell({"providers": {"kba": {"incorrect": 1}}})
    search = world.idology.search(BLAKE, SSN, "x")

    scored = world.idology.answer(
        search.id_number,
        {question.kind: question.answers[0] for question in search.questions},
        challenge=False,
    )

    assert (len(search.questions), scored.incorrect) == (3, 1)


def test_a_wrong_password_is_a_configuration_error_a_missing_name_only_a_rejection(
    world: VendorBackend,
) -> None:
    with pytest.raises(RequestRejectedError):
        world.idology.search(replace(BLAKE, given_name=""), SSN, "x")
    with pytest.raises(VendorConfigurationError) as caught:
        replace(world, secret="wrong").idology.search(BLAKE, SSN, "x")
    assert not isinstance(caught.value, RequestRejectedError)


def test_the_masterfile_finds_a_person_and_their_profile(world: VendorBackend) -> None:
    (candidate,) = world.ama.find(NPI)
    record = world.ama.profile(candidate.entity_id)

    assert (candidate.entity_id, candidate.birth_date, candidate.npis) == (
        ENTITY,
        dt.date(1958, 2, 6),
        (NPI,),
    )
    assert record is not None
    assert (record.degree_awarded, record.student, record.sanctioned) == (True, False, False)
    assert [licence.number for licence in record.licences] == ["25MA00000001"]
    assert world.ama.profile("1") is None


def test_the_masterfile_finds_no_candidate(world: VendorBackend) -> None:
    world.tell({"providers": {"ama": {"search": []}}})

    assert world.ama.find(NPI) == []


def test_monitoring_starts_without_changes(world: VendorBackend) -> None:
    ama = world.ama
    ama.watch(ENTITY)

    assert list(ama.changes()) == []
    ama.unwatch(ENTITY)


def test_a_wrong_client_secret_is_a_configuration_error(world: VendorBackend) -> None:
    with pytest.raises(VendorConfigurationError):
        replace(world, secret="wrong").ama.find(NPI)


def test_the_register_gives_a_record(world: VendorBackend) -> None:
    record = world.nppes.find(NPI)

    assert record is not None
    assert (record.family_names, record.codes) == (["PLACEHOLDER"], ["207R00000X"])
    assert [licence.number for licence in record.licences] == ["25MA00000001"]
    assert not record.organisation
    assert world.nppes.find("2999000021") is None


def test_an_invalid_npi_rejects_only_this_request(world: VendorBackend) -> None:
    with pytest.raises(RequestRejectedError):
        world.nppes.find("29990")


PASSES = [
    "503",
    "429:7",
    "truncated_xml",
    "http200_html",
    "empty",
    "xml_bomb",
    "xml_external_entity",
    "huge",
    "timeout",
    "wrong_encoding",
]


@pytest.mark.parametrize("fault", [*PASSES, "http200_failed"])
def test_a_request_idology_may_have_counted_is_an_unknown_result(
    world: VendorBackend, fault: str, settings: Any
) -> None:
    settings.VENDOR_SECONDS = SOON_OVER if fault == "timeout" else NEVER_OVER
    world.tell({"faults": [{"provider": "idology", "sequence": [fault]}]})

    with pytest.raises(TransientVendorError) as caught:
        world.idology.search(BLAKE, SSN, "x")

    # A request answered with a pause was not counted.
    assert isinstance(caught.value, UnknownResultError) == (fault != "429:7")


@pytest.mark.parametrize("fault", PASSES)
@pytest.mark.parametrize("provider", ["ama", "nppes"])
def test_a_request_safe_to_repeat_is_a_transient_error(
    world: VendorBackend, provider: str, fault: str, settings: Any
) -> None:
    ama = world.ama
    ama.find(NPI)  # fetches its token before the timeout is short
    world.tell({"faults": [{"provider": provider, "sequence": [fault]}]})
    if fault == "timeout":
        settings.VENDOR_SECONDS = SOON_OVER

    with pytest.raises(TransientVendorError) as caught:
        ama.profile(ENTITY) if provider == "ama" else world.nppes.find(NPI)

    assert not isinstance(caught.value, UnknownResultError)
    if fault == "429:7":
        assert caught.value.after == dt.timedelta(seconds=7)


@pytest.mark.parametrize(
    "text", ["Invalid username and password", "Your IP address is not registered."]
)
def test_a_refused_account_or_address_is_a_configuration_error(
    world: VendorBackend, text: str
) -> None:
    world.tell({"faults": [{"provider": "idology", "sequence": [f"http200_error:{text}"]}]})

    with pytest.raises(VendorConfigurationError) as caught:
        world.idology.search(BLAKE, SSN, "x")

    assert not isinstance(caught.value, RequestRejectedError)


# The sandbox alone: as strict as the vendors.


def post(sandbox: SandboxServer, path: str, **form: Any) -> httpx.Response:
    return httpx.request(form.pop("method", "POST"), f"{sandbox.base}{path}", **form)


def test_the_sandbox_is_strict_about_requests(sandbox: SandboxServer) -> None:
    sandbox.state.control({"reset": True, "providers": CLEAN})
    search = "/idology/idiq.svc"
    good = {"username": "sandbox", "password": "sandbox", "firstName": "A", "lastName": "B"}

    assert post(sandbox, search, method="GET").status_code == 405
    assert "<error>Please provide a address" in post(sandbox, search, data=good).text
    assert "Unknown parameter" in post(sandbox, search, data={**good, "middle": "C"}).text
    assert "<error>Invalid request" in post(sandbox, search, json=good).text
    assert post(sandbox, "/ama/physicians/search", json={"npi_number": NPI}).status_code == 401
    assert "Errors" in post(sandbox, "/nppes/api/?version=1.0&number=1", method="GET").text
    assert '"04"' in post(sandbox, "/nppes/api/?version=2.1", method="GET").text
    assert post(sandbox, "/nothing").status_code == 404


def test_a_second_search_for_one_name_reports_velocity_and_ids_grow(sandbox: SandboxServer) -> None:
    sandbox.state.control({"reset": True, "providers": CLEAN, "velocity": True})
    vendor = VendorBackend(sandbox.base, sandbox.state.control).idology

    first, second = (vendor.search(BLAKE, SSN, "x") for _ in range(2))

    assert (first.velocity, second.velocity) == (False, True)
    assert int(second.id_number) == int(first.id_number) + 1


def test_answers_are_scored_once_and_two_wrong_ones_lead_to_a_challenge(
    sandbox: SandboxServer,
) -> None:
    sandbox.state.control(
        {"reset": True, "providers": {**CLEAN, "kba": {"incorrect": 2, "challenge_incorrect": 0}}}
    )
    vendor = VendorBackend(sandbox.base, sandbox.state.control).idology
    search = vendor.search(BLAKE, SSN, "x")
    answers = {question.kind: "A" for question in search.questions}

    scored = vendor.answer(search.id_number, answers, challenge=False)
    again = vendor.answer(search.id_number, answers, challenge=False)
    last = vendor.answer(
        search.id_number, {question.kind: "A" for question in scored.challenge}, challenge=True
    )

    assert (scored.incorrect, len(scored.challenge)) == (2, 2)
    assert again.incorrect is None
    assert last.incorrect == 0


def test_an_expired_token_is_renewed_and_changes_are_reported(sandbox: SandboxServer) -> None:
    sandbox.state.control({"reset": True, "providers": CLEAN})
    ama = VendorBackend(sandbox.base, sandbox.state.control).ama
    ama.find(NPI)

    sandbox.state.control({"expire_tokens": True, "changed": [ENTITY]})

    (change,) = ama.changes()
    assert change.entity_id == ENTITY
    assert ama.changed(change.id) is not None
    ama.forget(change.id)
    assert list(ama.changes()) == []
    providers = [call["provider"] for call in httpx.get(f"{sandbox.base}/__calls__").json()]
    assert providers.count("ama_token") == 2


@pytest.mark.parametrize(
    "command", [b"[]", b"no", b'{"faults": [{"provider": "x", "sequence": ["ok"]}]}', b'{"odd": 1}',
             b'{"faults": [{"provider": "ama", "sequence": ["no such"]}]}']
)  # fmt: skip
def test_an_invalid_control_command_is_refused(sandbox: SandboxServer, command: bytes) -> None:
    assert httpx.post(f"{sandbox.base}/__control__", content=command).status_code == 400
