"""Those who must not get in, each with the tests that keep them out; and those without another."""

from __future__ import annotations

import importlib
import re
from urllib.parse import parse_qs

import httpx
import pytest
from django.test import Client

from tests.factories_verification import NURSE_NPI, make_applicant, make_checked
from tests.verification.test_signup_scenarios import AMERICAN, FOREIGN
from tests.verification.vendors.test_wire_formats import PASS, idology
from verification.models import ApplicationState, Exclusion, RegisterRow
from verification.personal_data.applicant_details import ApplicantDetails

# Rows of the played tables by their names; other tests as "module:function".
KEPT_OUT: dict[str, tuple[str, ...]] = {
    "a public number with one's own identity": ("public number, own identity",),
    "everything a breach holds, but no contact of record": ("breach data, no contact of record",),
    "a relative at the same address": ("relative at the same address",),
    "a second account by new address, device or name": (
        "the same member again",
        "the same member under a married name",
        "device of another",
        "a member's secret number",
    ),
    "a second account after a ban": ("banned by secret number", "banned by licence"),
    "a dead doctor's identity": (
        "dead in two sources",
        "dead, and the number deactivated",
        "dead in one source",
        "a note of death alone",
        "deactivated number alone",
    ),
    "an excluded doctor whose row has no number": (
        "excluded without a number",
        "excluded, state and profession agree",
    ),
    "a revoked licence under an active number": ("all licences revoked",),
    "a nurse who adds a physician's code": ("nurse with a physician's code",),
    "doctors of other kinds": (
        "chiropractor",
        "naturopath",
        "doctor of nursing practice",
        "pharmacist",
        "psychologist with a doctorate",
    ),
    "a medical student": ("student in the Masterfile", "degree not awarded"),
    "an organisation": ("organisation",),
    "a dentist among the surgeons": ("dentist under 204E",),
    "a made-up social security number": ("synthetic secret number", "taxpayer's number"),
    "a device result replayed or edited by hand": (
        "hand-edited score",
        "another case's nonce",
        "another case's visit",
    ),
    "two sign-ups for one number at once": (
        "another case at the same time",
        "test_races:test_two_applications_for_one_number_are_never_both_admitted",
        "test_faults:test_14_15_two_workers_and_two_claims",
    ),
    "claiming a member's number to evict her": (
        "a member's number, another person",
        "test_after_approval:test_another_claim_on_a_members_number_never_suspends_the_member",
    ),
    "probing the form for secrets": (
        "test_impostors:test_every_refusal_says_the_same",
        "test_join:test_a_refusal_never_names_what_failed_and_offers_the_appeal",
    ),
    "domains and names that look alike, pluses in addresses": (
        "look-alike letters in the name",
        "a look-alike domain",
        "a domain below the listed one",
        "Cyrillic letters in the domain",
        "the same member with a plus in the address",
    ),
    "a reviewer approving a friend": (
        "test_review:test_nobody_reviews_themselves_nor_an_appeal_against_their_decision",
        "test_review:test_contested_numbers_need_two_reviewers",
        "test_binding:test_without_a_look_at_a_document_a_reviewer_cannot_let_in_whom_nothing_ties",
    ),
    "code in names": (
        "test_impostors:test_code_in_a_name_reaches_the_vendor_as_letters",
        "test_impostors:test_code_in_a_name_asks_the_tables_for_letters",
        "test_review:test_names_that_are_markup_are_shown_as_text",
    ),
    "an address changed after the code was sent": (
        "test_pipeline:test_changing_the_address_after_sending_binds_nothing",
        "test_pipeline:test_the_code_goes_to_the_registers_mailbox_and_lets_its_holder_in",
    ),
    "an account sold after approval": (
        "test_after_approval:test_another_device_in_another_country_asks_for_the_licence_again",
        "test_after_approval:"
        "test_after_a_doubt_about_the_device_the_accounts_own_mailbox_does_not_count",
    ),
}
ROWS = {row[0]: row[2] for row in [*AMERICAN, *FOREIGN]}


@pytest.mark.parametrize("who", sorted(KEPT_OUT))
def test_each_kind_of_impostor_has_its_tests(who: str) -> None:
    for name in KEPT_OUT[who]:
        module, _, function = name.partition(":")
        if function:
            tests = getattr(importlib.import_module(f"tests.verification.{module}"), function)
            assert callable(tests)
        else:
            assert ROWS[name] != "approved"


# Each falls over into a formula, a statement, a document or another field somewhere.
CODE = (
    "=HYPERLINK(1)",
    "'; DROP TABLE x;--",
    "<![CDATA[x]]>",
    "&xxe;<a/>",
    "x&summary=id.success",
    "%s{0}$y",
)


@pytest.mark.parametrize("name", CODE)
def test_code_in_a_name_reaches_the_vendor_as_letters(name: str) -> None:
    heard: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(200, text=PASS % "")

    person = ApplicantDetails(
        given_name=name, family_name=name, street=name, birth_date="1975-02-28"
    )
    idology(answer).search(person, "112-22-3333", "c0ffee01-idv-1")

    request = parse_qs(heard[0].content.decode(), keep_blank_values=True)
    assert request["firstName"] == request["lastName"] == request["address"] == [name]
    assert "summary" not in request


@pytest.mark.django_db(databases=["default", "identity"])
@pytest.mark.parametrize("name", CODE)
def test_code_in_a_name_asks_the_tables_for_letters(registers: None, name: str) -> None:
    before = Exclusion.objects.count(), RegisterRow.objects.count()

    application = make_checked(make_applicant(), given=name, family=name)

    assert application.state in {ApplicationState.IN_REVIEW, ApplicationState.REJECTED}
    assert (Exclusion.objects.count(), RegisterRow.objects.count()) == before


@pytest.mark.django_db(databases=["default", "identity"])
def test_every_refusal_says_the_same(registers: None) -> None:
    """Whatever failed: what differed would tell an impostor what to change."""
    Exclusion.objects.create(family_name="PLACEHOLDER", given_name="BLAKE", npi="2999000013")
    RegisterRow.objects.filter(number="2999000021").update(profession="organisation")
    refused = [
        make_checked(make_applicant(), number=NURSE_NPI, given="Dana", family="Sandboxer"),
        make_checked(make_applicant()),
        make_checked(make_applicant(), number="2999000021", given="Casey", family="Sampleton"),
    ]
    assert {application.state for application in refused} == {ApplicationState.REJECTED}
    assert len({str(application.reasons) for application in refused}) == 3

    pages = set()
    for application in refused:
        client = Client()
        client.force_login(application.user)
        page = client.get("/join/status/").content.decode()
        plain = re.sub(r'(value|nonce|content|hx-headers)=("[^"]*"|\'[^\']*\')', "", page)
        pages.add(plain.replace(application.user.email, ""))

    assert len(pages) == 1
