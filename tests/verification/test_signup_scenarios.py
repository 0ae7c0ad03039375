# ruff: noqa: E501, RUF001 - a table is read by its rows; odd letters are what is tested.
"""The decision table and the kinds of impostors, played through the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.verification.scenarios import (
    ABROAD,
    CLEAN,
    IDOLOGY,
    MEMBER,
    NOBODY,
    NPI,
    NPPES,
    PROFILE,
    RVID,
    SEARCH,
    SSN,
    TRAINING,
    Json,
    answer,
    changed,
    excluded,
    licence,
    note,
    taxonomy,
)
from tools.signup_replay.actions import RecordingSmsSender
from tools.signup_replay.compare import ScenarioResult
from tools.signup_replay.player import play_scenario
from tools.signup_replay.sandboxes import running_sandboxes as sandboxes

pytestmark = pytest.mark.django_db(databases=["default", "identity"])

APPROVED, REJECTED, REVIEW = "approved", "rejected", "manual_review"
CHANGED_ON_THE_WAY = {"at": "awaiting_applicant", "do": "resubmit"}


@pytest.fixture
def bench(settings: Any) -> Iterator[Any]:
    settings.PHONE_SENDER = "tools.signup_replay.actions.RecordingSmsSender"
    settings.INSTITUTIONAL_DOMAINS = frozenset({"nhs.example", "mssante.example"})
    RecordingSmsSender.sent.clear()
    with sandboxes() as made:
        yield made


def outcome(bench: Any, base: Json, changes: Json) -> ScenarioResult:
    played = play_scenario(changed(base, changes), bench)
    assert not played.error
    return played


AMERICAN: list[tuple[str, Json, str, list[str]]] = [
    ("clean", {}, APPROVED, []),
    ("a short form of the name", {"applicant.first_name": "B.", f"{SEARCH}.legalFirstName": "Blake"}, APPROVED, []),
    ("a former name in the Masterfile", {"applicant.last_name": "Earlier", f"{SEARCH}.names": [{"firstName": "Blake", "lastName": "Earlier"}], f"{NPPES}.other_names": [{"first_name": "BLAKE", "last_name": "EARLIER"}]}, APPROVED, []),
    ("a hospital's address", note("address.does.not.match", "warm.input.address.alert"), APPROVED, []),
    ("failure explained by the address", {f"{IDOLOGY}.summary": "id.failure", **note("street.name.does.not.match")}, APPROVED, []),
    ("failure without a note", {f"{IDOLOGY}.summary": "id.failure"}, REVIEW, ["IDENTITY_CONTRADICTED"]),
    ("a note nobody classed", note("something.new.and.odd"), REVIEW, ["IDENTITY_CONTRADICTED"]),
    ("clean resident", {f"{NPPES}.taxonomies": taxonomy("390200000X"), f"{PROFILE}.medicalTraining": TRAINING, f"{PROFILE}.licenses": [], "applicant.license": None}, APPROVED, []),
    ("resident's code, training over", {f"{NPPES}.taxonomies": taxonomy("390200000X"), f"{PROFILE}.medicalTraining": [{"beginDate": "2010-07-01", "endDate": "2013-06-30"}]}, REVIEW, ["TAXONOMY_AMBIGUOUS"]),
    ("student in the Masterfile", {f"{PROFILE}.studentIndicator": "Y", f"{NPPES}.taxonomies": taxonomy("390200000X")}, REJECTED, ["NOT_YET_PHYSICIAN"]),
    ("degree not awarded", {f"{PROFILE}.medicalSchools": [{"degreeAwarded": "No"}]}, REJECTED, ["NOT_YET_PHYSICIAN"]),
    ("chiropractor", {**NOBODY, f"{NPPES}.taxonomies": taxonomy("111N00000X"), f"{NPPES}.credential": "D.C."}, REJECTED, ["NOT_PHYSICIAN"]),
    ("dentist under 204E", {**NOBODY, f"{NPPES}.taxonomies": taxonomy("204E00000X"), f"{NPPES}.credential": "DMD"}, REJECTED, ["NOT_PHYSICIAN"]),
    ("pharmacist", {**NOBODY, f"{NPPES}.taxonomies": taxonomy("183500000X"), f"{NPPES}.credential": "PHARMD"}, REJECTED, ["NOT_PHYSICIAN"]),
    ("naturopath", {**NOBODY, f"{NPPES}.taxonomies": taxonomy("175F00000X"), f"{NPPES}.credential": "N.D."}, REJECTED, ["NOT_PHYSICIAN"]),
    ("doctor of nursing practice", {**NOBODY, f"{NPPES}.taxonomies": taxonomy("363LF0000X"), f"{NPPES}.credential": "DNP"}, REJECTED, ["NOT_PHYSICIAN"]),
    ("psychologist with a doctorate", {**NOBODY, f"{NPPES}.taxonomies": taxonomy("103T00000X"), f"{NPPES}.credential": "PH.D."}, REJECTED, ["NOT_PHYSICIAN"]),
    ("nurse with a physician's code", {**NOBODY, f"{NPPES}.taxonomies": taxonomy("207R00000X", "163W00000X"), f"{NPPES}.credential": "R.N."}, REVIEW, ["AMA_NOT_FOUND", "TAXONOMY_AMBIGUOUS"]),
    ("osteopath the Masterfile lacks", {**NOBODY, f"{NPPES}.credential": "D.O."}, REVIEW, ["AMA_NOT_FOUND"]),
    ("organisation", {f"{NPPES}.enumeration_type": "NPI-2", **NOBODY}, REJECTED, ["NPI_ORGANIZATION"]),
    ("two people by one number", {"providers.ama.search": [CLEAN["providers"]["ama"]["search"][0], {**CLEAN["providers"]["ama"]["search"][0], "entityId": 900002}]}, REVIEW, ["AMA_AMBIGUOUS"]),
    ("public number, own identity", {"applicant.first_name": "Robin", "applicant.last_name": "Impostor", "applicant.dob": "1990-01-01"}, REJECTED, ["IDENTITY_CREDENTIAL_MISMATCH"]),
    ("another birth date", {"applicant.dob": "1958-02-07"}, REVIEW, ["DOB_MISMATCH_AMA"]),
    ("another name", {"applicant.last_name": "Impostor"}, REVIEW, ["NAME_MISMATCH_AMA"]),
    ("look-alike letters in the name", {"applicant.last_name": "Рlaceholder"}, REVIEW, ["NAME_MISMATCH_AMA"]),
    ("dead in two sources", {f"{SEARCH}.mortalityStatusCode": "C", **note("subject.deceased")}, REJECTED, ["DECEASED"]),
    ("dead, and the number deactivated", {f"{SEARCH}.mortalityStatusCode": "P", "providers.nppes_file.deactivation_date": "2020-01-01"}, REJECTED, ["DECEASED"]),
    ("dead in one source", {f"{SEARCH}.mortalityStatusCode": "P"}, REVIEW, ["DECEASED_UNCONFIRMED"]),
    ("a note of death alone", note("subject.deceased"), REVIEW, ["DECEASED_UNCONFIRMED"]),
    ("deactivated number alone", {"providers.nppes_file.deactivation_date": "2020-01-01"}, REVIEW, ["NPI_DEACTIVATED"]),
    ("deactivated and reactivated", {"providers.nppes_file.deactivation_date": "2020-01-01", "providers.nppes_file.reactivation_date": "2021-01-01"}, APPROVED, []),
    ("all licences revoked", {f"{PROFILE}.licenses": [licence("Revoked")]}, REJECTED, ["LICENSE_REVOKED"]),
    ("licence run out", {f"{PROFILE}.licenses": [licence(until="2020-01-01")]}, REVIEW, ["LICENSE_NOT_ACTIVE"]),
    ("one revoked beside an active one", {f"{PROFILE}.licenses": [licence(), licence("Revoked", number="X1")]}, REVIEW, ["SANCTION_REPORTED"]),
    ("a licence nobody knows", {"applicant.license": {"state": "NY", "number": "999999"}}, REVIEW, ["LICENSE_NOT_ACTIVE"]),
    ("a sanction", {f"{PROFILE}.sanctions.deaSanction": "Y"}, REVIEW, ["SANCTION_REPORTED"]),
    ("a state's sanction", {f"{PROFILE}.sanctions.stateSanctions": {"state": ["NJ"]}}, REVIEW, ["SANCTION_REPORTED"]),
    ("excluded by number", {"providers.leie": [excluded(NPI=NPI)]}, REJECTED, ["LEIE_EXCLUDED"]),
    ("excluded without a number", {"providers.leie": [excluded(DOB="19580206")]}, REVIEW, ["LEIE_POSSIBLE"]),
    ("excluded, state and profession agree", {"providers.leie": [excluded()]}, REVIEW, ["LEIE_POSSIBLE"]),
    ("a namesake of another state", {"providers.leie": [excluded(STATE="CA", DOB="19400101")]}, APPROVED, []),
    ("synthetic SSN", note("ssn.tied.to.multiple.names", "ssn.issued.prior.to.dob"), REVIEW, ["IDENTITY_SSN"]),
    ("taxpayer's number", note("input.ssn.is.itin"), REVIEW, ["IDENTITY_SSN"]),
    ("two contradictions", note("ssn.does.not.match", "dob.does.not.match"), REJECTED, ["IDENTITY_CONTRADICTED"]),
    ("one contradiction", note("last.name.does.not.match"), REVIEW, ["IDENTITY_CONTRADICTED"]),
    ("under age", {f"{IDOLOGY}.result": "result.match.restricted", **note("coppa.alert")}, REJECTED, ["UNDERAGE"]),
    ("a watch list", {f"{IDOLOGY}.restriction": "global.watch.list"}, REVIEW, ["WATCHLIST_HIT"]),
    ("not on a watch list", {f"{IDOLOGY}.restriction": "global.watch.list.no.match"}, APPROVED, []),
    ("asked about elsewhere", {f"{IDOLOGY}.velocity": ["NAME"]}, REVIEW, ["IDENTITY_VELOCITY"]),
    ("slip corrected", {"providers.idology": [answer(qualifiers=["ssn.within.one.digit"]), answer()]}, APPROVED, []),
    ("never found", {"providers.idology": [answer(summary="id.failure", result="result.no.match")] * 3}, REVIEW, ["IDENTITY_CONTRADICTED"]),
    ("device of another", {f"{RVID}.Score": "80", f"{RVID}.isNew": "False", f"{RVID}.OldId": "somebody"}, REVIEW, ["DEVICE_DUPLICATE"]),
    ("risky device", {f"{RVID}.FraudProfileScore": "30"}, REVIEW, ["DEVICE_FRAUD_RISK"]),
    ("device abroad", {f"{RVID}.Country": "RO"}, REVIEW, ["GEO_MISMATCH"]),
    ("hand-edited score", {f"{RVID}.Score": "none"}, REVIEW, ["DEVICE_RESULT_TAMPERED"]),
    ("another case's nonce", {f"{RVID}.PanelistID": "other"}, REVIEW, ["DEVICE_RESULT_TAMPERED"]),
    ("another case's visit", {"prior_state.cases": [{"id": "C1", "state": "in_review", "npi": "2999000054", "RVid": "RV-000001"}]}, REVIEW, ["DEVICE_RESULT_TAMPERED"]),
    ("the same member again", {"prior_state.members": [MEMBER]}, REJECTED, ["DUPLICATE_ACCOUNT"]),
    ("the same member under a married name", {"prior_state.members": [MEMBER], "applicant.last_name": "Newname", f"{SEARCH}.names": [{"firstName": "Blake", "lastName": "Newname"}], f"{NPPES}.other_names": [{"first_name": "BLAKE", "last_name": "NEWNAME"}]}, REJECTED, ["DUPLICATE_ACCOUNT"]),
    ("the same member with a plus in the address", {"prior_state.members": [MEMBER], "applicant.email": "old+second@mail.example"}, REJECTED, ["DUPLICATE_ACCOUNT"]),
    ("a member's number, another person", {"prior_state.members": [{**MEMBER, "ssn": "899-55-0999"}]}, REVIEW, ["CREDENTIAL_CONTESTED"]),
    ("a member's SSN", {"prior_state.members": [{**MEMBER, "npi": "2999000054"}]}, REVIEW, ["SSN_ALREADY_USED"]),
    ("a member who left", {"prior_state.members": [{**MEMBER, "state": "deleted"}]}, APPROVED, []),
    ("another case at the same time", {"prior_state.cases": [{"id": "C1", "state": "checking", "npi": NPI, "ssn": "899-55-0999"}]}, REVIEW, ["CREDENTIAL_CONTESTED"]),
    ("banned by SSN", {"prior_state.bans": [{"ssn": SSN}]}, REJECTED, ["BANNED"]),
    ("banned by licence", {"prior_state.bans": [{"npi": NPI}]}, REJECTED, ["BANNED"]),
    ("breach data, no contact of record", {"binding": "none"}, REVIEW, ["BINDING_FAILED"]),
    ("relative at the same address", {"binding": "none", **note("single.address.in.file")}, REVIEW, ["BINDING_FAILED"]),
    ("wrong check digit", {"applicant.npi": "2999000014"}, "invalid_input", ["CREDENTIAL_FORMAT"]),
    ("digits of an Asian keyboard", {"applicant.npi": "２999000013"}, APPROVED, []),
    ("digits of another script", {"applicant.npi": "٢999000013"}, "invalid_input", ["CREDENTIAL_FORMAT"]),
    ("withdrawn in the middle", {"actions": [{"at": "awaiting_applicant", "do": "withdraw"}]}, "withdrawn", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "decision", "reasons"),
    [row[1:] for row in AMERICAN],
    ids=[row[0] for row in AMERICAN],
)
def test_an_american_sign_up_ends_as_the_rules_say(
    bench: Any, changes: Json, decision: str, reasons: list[str]
) -> None:
    played = outcome(bench, CLEAN, changes)

    assert (played.decision, played.reasons) == (decision, reasons)


ROW = "providers.registry.0"
FOREIGN: list[tuple[str, Json, str, list[str]]] = [
    ("clean", {}, APPROVED, []),
    ("conditions", {f"{ROW}.ftp_conditions": "Y"}, REVIEW, ["REGISTER_CONDITIONS"]),
    ("without a licence", {f"{ROW}.status": "Registered without a licence to practise"}, REVIEW, ["LICENSE_NOT_ACTIVE"]),
    ("erased", {f"{ROW}.status": "Not Registered - Having been erased after fitness to practise panel hearing"}, REJECTED, ["REGISTER_REMOVED"]),
    ("another name", {"applicant.last_name": "Other"}, REVIEW, ["IDENTITY_CREDENTIAL_MISMATCH"]),
    ("a number nobody has", {"applicant.credential": {"scheme": "GMC", "number": "9999017"}}, REVIEW, ["REGISTER_NOT_FOUND"]),
    ("a free mailbox", {"applicant.email": "quinn@mail.example"}, REVIEW, ["BINDING_FAILED"]),
    ("a look-alike domain", {"applicant.email": "quinn@nhs.exarnple"}, REVIEW, ["BINDING_FAILED"]),
    ("a domain below the listed one", {"applicant.email": "quinn@x.nhs.example"}, REVIEW, ["BINDING_FAILED"]),
    ("Cyrillic letters in the domain", {"applicant.email": "quinn@nhѕ.example"}, REVIEW, ["BINDING_FAILED"]),
    ("a mailbox and an unseen device", {"providers.relevantid": {"fault": "no_response", "Score": "-2"}}, REVIEW, ["BINDING_FAILED"]),
    ("a country without a register", {"applicant.country": "DE", "applicant.credential": {"scheme": "EFN", "number": "802769990000010"}, f"{RVID}.Country": "DE"}, REVIEW, ["NO_OPEN_REGISTER"]),
    ("France", {"applicant.country": "FR", "applicant.email": "q@mssante.example", "applicant.credential": {"scheme": "RPPS", "number": "99990000020"}, f"{ROW}.number": "99990000020", f"{RVID}.Country": "FR"}, APPROVED, []),
    ("a French nurse", {"applicant.country": "FR", "applicant.email": "q@mssante.example", "applicant.credential": {"scheme": "RPPS", "number": "99990000020"}, f"{ROW}.number": "99990000020", f"{ROW}.profession_code": "60", f"{RVID}.Country": "FR"}, REJECTED, ["NOT_PHYSICIAN"]),
    ("wrong check digit", {"applicant.country": "FR", "applicant.credential": {"scheme": "RPPS", "number": "99990000021"}}, "invalid_input", ["CREDENTIAL_FORMAT"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "decision", "reasons"),
    [row[1:] for row in FOREIGN],
    ids=[row[0] for row in FOREIGN],
)
def test_a_foreign_sign_up_ends_as_the_rules_say(
    bench: Any, changes: Json, decision: str, reasons: list[str]
) -> None:
    played = outcome(bench, ABROAD, changes)

    assert (played.decision, played.reasons) == (decision, reasons)
    assert not {"idology", "ama", "nppes"} & set(played.calls)
