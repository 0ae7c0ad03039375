"""Stored bodies of the vendors, read by the adapters. Nothing leaves the process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from urllib.parse import parse_qs

import httpx
import pytest

from verification.personal_data.applicant_details import ApplicantDetails
from verification.vendors.ama import AmaMasterfile
from verification.vendors.errors import (
    TransientVendorError,
    UnknownResultError,
    VendorConfigurationError,
)
from verification.vendors.http_client import MAX_RESPONSE_BYTES, VendorHttpClient
from verification.vendors.idology import IdologyService
from verification.vendors.nppes import NppesRegistry

Handler = Callable[[httpx.Request], httpx.Response]
SMITH = ApplicantDetails(
    given_name="John", family_name="Smith", street="1 Way", birth_date="1975-02-28"
)
PASS = """<?xml version="1.0"?><response><id-number>2073386242</id-number><summary-result>
<key>id.success</key></summary-result><results><key>result.match</key></results>%s</response>"""
DEAD = """<restriction><key>global.watch.list</key><pa><score>97</score></pa></restriction>
<qualifiers><qualifier><key>resultcode.subject.deceased</key></qualifier></qualifiers>
<velocity-results><velocity-result><key>NAME</key></velocity-result></velocity-results>"""
BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><response>&b;</response>'
EXTERNAL = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><response>&a;</response>'
PROFILE = """<fullProfile xmlns="http://eprofiles.myama.com/core/"><entityId>900001</entityId>
<demographics><firstName>Blake</firstName><deathDate/><phone><areaCode>201</areaCode>
<exchange>556</exchange><number>0001</number></phone></demographics>
<licenses><licenseNumber>25MA00000001</licenseNumber><stateDescription>New Jersey</stateDescription>
<licenseStatusDescription>Active</licenseStatusDescription>
<expirationDate>2027-06-30</expirationDate></licenses>
<medicalSchools><degreeAwarded>Yes</degreeAwarded></medicalSchools>
<sanctions><deaSanction>N</deaSanction><stateSanctions><state>%s</state></stateSanctions></sanctions>
</fullProfile>"""


def idology(handler: Handler) -> IdologyService:
    wire = VendorHttpClient("idology", "https://v.example/api", True, httpx.MockTransport(handler))
    return IdologyService(wire, "U", "P")


def says(text: str | bytes, status: int = 200, **headers: str) -> Handler:
    return lambda _: httpx.Response(status, content=text, headers=headers)


def test_the_identity_search_sends_its_data_in_the_body() -> None:
    heard: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(200, text=PASS % "")

    idology(answer).search(SMITH, "112-22-3333", "c0ffee01-idv-1")

    form = parse_qs(heard[0].content.decode())
    assert str(heard[0].url) == "https://v.example/api/idiq.svc"
    assert form["ssn"] == ["112223333"]
    assert (form["dobMonth"], form["dobYear"]) == (["02"], ["1975"])
    assert form["username"] == ["U"]


def test_death_and_watch_list_are_returned_beside_a_pass() -> None:
    result = idology(says(PASS % DEAD)).search(SMITH, "112223333", "x")

    assert result.qualifiers == ("subject.deceased",)
    assert result.watch_list
    assert result.velocity


def test_a_watch_list_without_a_match_is_no_hit() -> None:
    note = "<restriction><key>global.watch.list.no.match</key></restriction>"

    result = idology(says(PASS % note)).search(SMITH, "112223333", "x")

    assert (result.watch_list, result.qualifiers) == (False, ())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>down</html>",
        b"<response><summary-result>",
        b"<response><failed>x</failed></response>",
        (PASS % "").replace("id.success", "id.perhaps").encode(),
        (PASS % "").replace("result.match", "result.odd").encode(),
        (PASS % "").replace("2073386242", "").encode(),
        BOMB.encode(),
        EXTERNAL.encode(),
        b"<?xml version='1.0' encoding='no-such'?><response/>",
        b"x" * (MAX_RESPONSE_BYTES + 1),
    ],
)
def test_an_unreadable_answer_is_neither_a_pass_nor_a_refusal(body: bytes) -> None:
    with pytest.raises(UnknownResultError):
        idology(says(body)).search(SMITH, "112223333", "x")


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_refused_credentials_are_a_configuration_error(status: int) -> None:
    with pytest.raises(VendorConfigurationError):
        idology(says("", status)).search(SMITH, "112223333", "x")


def test_an_error_with_status_200_is_a_configuration_error() -> None:
    body = "<response><error>Invalid username and password</error></response>"

    with pytest.raises(VendorConfigurationError):
        idology(says(body)).search(SMITH, "112223333", "x")


def test_only_a_lost_answer_may_have_been_counted() -> None:
    def refused(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("no")

    with pytest.raises(TransientVendorError) as not_sent:
        idology(refused).search(SMITH, "112223333", "x")
    with pytest.raises(UnknownResultError):
        idology(silent).search(SMITH, "112223333", "x")
    assert not isinstance(not_sent.value, UnknownResultError)


def test_status_429_carries_the_retry_time() -> None:
    with pytest.raises(TransientVendorError) as error:
        idology(says("", 429, **{"retry-after": "90"})).search(SMITH, "112223333", "x")

    assert error.value.after == dt.timedelta(seconds=90)


def test_two_wrong_answers_lead_to_the_challenge() -> None:
    bodies = {
        "/api/idliveq-answers.svc": "<response><idliveq-result><key>result.questions.2.incorrect"
        "</key></idliveq-result></response>",
        "/api/idliveq-challenge.svc": "<response><questions><question><prompt>Where?</prompt>"
        "<type>c</type><answer>A</answer></question></questions></response>",
    }

    adapter = idology(lambda request: httpx.Response(200, text=bodies[request.url.path]))
    scored = adapter.answer("1", {"k": "A"}, challenge=False)

    assert scored.incorrect == 2
    assert [item.kind for item in scored.challenge] == ["c"]


def test_a_token_is_renewed_once_then_it_is_a_configuration_error() -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path.rpartition("/")[2])
        if calls[-1] == "token":
            return httpx.Response(200, json={"access_token": "T"})
        return httpx.Response(401)

    wire = VendorHttpClient("ama", "https://v.example", transport=httpx.MockTransport(answer))
    with pytest.raises(VendorConfigurationError):
        AmaMasterfile(wire, "I", "S").find("2999000013")

    assert calls == ["token", "search", "token", "search"]


def masterfile(body: str, status: int = 200) -> AmaMasterfile:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "T"})
        return httpx.Response(status, text=body)

    return AmaMasterfile(
        VendorHttpClient("ama", "https://v.example", False, httpx.MockTransport(answer)), "I", "S"
    )


def test_a_profile_is_read_whatever_its_namespace() -> None:
    record = masterfile(PROFILE % "").profile("900001")

    assert record is not None
    assert record.licences[0].expires == dt.date(2027, 6, 30)
    assert (record.degree_awarded, record.sanctioned) == (True, False)
    assert record.phones == ("2015560001",)


def test_a_state_sanction_is_read_from_its_list() -> None:
    record = masterfile(PROFILE % "NJ").profile("900001")

    assert record is not None
    assert record.sanctioned


def test_an_empty_search_and_a_missing_profile_return_nothing() -> None:
    assert masterfile("", 204).find("2999000013") == []
    assert masterfile("", 404).profile("900001") is None
    with pytest.raises(TransientVendorError):
        masterfile(PROFILE % "").profile("900002")


def test_an_unknown_person_cannot_be_monitored() -> None:
    with pytest.raises(VendorConfigurationError):
        masterfile("", 404).watch("900001")


def nppes(body: str) -> NppesRegistry:
    return NppesRegistry(
        VendorHttpClient("nppes", "https://v.example", transport=httpx.MockTransport(says(body)))
    )


def test_an_unlisted_npi_returns_none() -> None:
    assert nppes('{"result_count":0,"results":[]}').find("2999000013") is None


@pytest.mark.parametrize("body", ["<html></html>", "[]", "{}", '{"results":[{}]}', "[" * 100_000])
def test_html_and_malformed_json_are_errors(body: str) -> None:
    with pytest.raises(TransientVendorError):
        nppes(body).find("2999000013")


def test_an_answer_about_another_npi_is_an_error() -> None:
    with pytest.raises(TransientVendorError):
        nppes('{"results":[{"number":"2999000021"}]}').find("2999000013")


def test_errors_with_status_200_are_configuration_errors() -> None:
    with pytest.raises(VendorConfigurationError):
        nppes('{"Errors":[{"number":"06"}]}').find("x")
