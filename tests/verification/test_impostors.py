"""Each kind of impostor of docs/design/verification.md, with the tests that keep them out."""

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

# Rows of the scenario tables by name; other tests as "module:function".
IMPOSTORS: dict[str, tuple[str, ...]] = {
    "a public number with one's own identity": ("public number, own identity",),
    "everything a breach holds, but no contact of record": ("breach data, no contact of record",),
    "a relative at the same address": ("relative at the same address",),
    "a second account by new address, device or name": (
        "the same member again",
        "the same member under a married name",
        "device of another",
        "a member's SSN",
    ),
    "a second account after a ban": ("banned by SSN", "banned by licence"),
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
    "a made-up social security number": ("synthetic SSN", "taxpayer's number"),
    "a device result replayed or edited by hand": (
        "hand-edited score",
        "another case's nonce",
        "another case's visit",
    ),
    "two sign-ups for one number at once": (
        "another case at the same time",
        "test_races:test_two_applications_for_one_number_are_never_both_admitted",
        "test_faults:test_14_15_two_workers_and_two_claims_admit_one_applicant",
    ),
    "claiming a member's number to evict her": (
        "a member's number, another person",
        "test_after_approval:test_a_second_claim_on_a_members_number_never_suspends_the_member",
    ),
    "probing the form for secrets": (
        "test_impostors:test_every_rejection_shows_the_same_text",
        "test_join:test_a_rejection_never_names_the_failed_check_and_offers_the_appeal",
    ),
    "domains and names that look alike, pluses in addresses": (
        "look-alike letters in the name",
        "a look-alike domain",
        "a domain below the listed one",
        "Cyrillic letters in the domain",
        "the same member with a plus in the address",
    ),
    "a reviewer approving a friend": (
        "test_review:test_a_reviewer_cannot_review_their_own_application_or_an_appeal_against_them",
        "test_review:test_contested_numbers_need_two_reviewers",
        "test_binding:test_a_reviewer_cannot_approve_an_unbound_person_without_seeing_a_document",
    ),
    "code in names": (
        "test_impostors:test_markup_in_a_name_is_escaped_for_the_vendor",
        "test_impostors:test_sql_in_a_name_is_data_to_the_database",
        "test_review:test_names_that_are_markup_are_shown_as_text",
    ),
    "an address changed after the code was sent": (
        "test_pipeline:test_an_email_changed_after_submission_is_no_binding_factor",
        "test_pipeline:test_the_code_goes_to_the_registered_mailbox_and_leads_to_approval",
    ),
    "an account sold after approval": (
        "test_after_approval:test_a_new_device_in_another_country_suspends_until_verified_again",
        "test_after_approval:test_after_a_device_doubt_the_account_mailbox_does_not_count",
    ),
}
ROWS = {row[0]: row[2] for row in [*AMERICAN, *FOREIGN]}


@pytest.mark.parametrize("who", sorted(IMPOSTORS))
def test_each_kind_of_impostor_has_its_tests(who: str) -> None:
    for name in IMPOSTORS[who]:
        module, _, function = name.partition(":")
        if function:
            tests = getattr(importlib.import_module(f"tests.verification.{module}"), function)
            assert callable(tests)
        else:
            assert ROWS[name] != "approved"


# Each would act as a formula, SQL, XML or another field if it were not escaped.
CODE = (
    "=HYPERLINK(1)",
    "'; DROP TABLE x;--",
    "<![CDATA[x]]>",
    "&xxe;<a/>",
    "x&summary=id.success",
    "%s{0}$y",
)


@pytest.mark.parametrize("name", CODE)
def test_markup_in_a_name_is_escaped_for_the_vendor(name: str) -> None:
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
def test_sql_in_a_name_is_data_to_the_database(registers: None, name: str) -> None:
    before = Exclusion.objects.count(), RegisterRow.objects.count()

    application = make_checked(make_applicant(), given=name, family=name)

    assert application.state in {ApplicationState.IN_REVIEW, ApplicationState.REJECTED}
    assert (Exclusion.objects.count(), RegisterRow.objects.count()) == before


@pytest.mark.django_db(databases=["default", "identity"])
def test_every_rejection_shows_the_same_text(registers: None) -> None:
    """A different text would tell an impostor what to change."""
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
