"""IDology ExpectID and ExpectID IQ: form posts, XML answers, errors with status 200.

The summary depends on account settings and ignores restriction, death and velocity, so all parts
are returned. Keys are compared, never messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from verification.personal_data.applicant_details import ApplicantDetails
from verification.vendors.errors import (
    RequestRejectedError,
    TransientVendorError,
    VendorConfigurationError,
)
from verification.vendors.http_client import (
    UnauthorizedError,
    VendorHttpClient,
    VendorResponse,
    element_text,
)
from verification.vendors.records import IdentityQuestion, IdentitySearchResult, QuestionScore
from verification.vendors.sms import us_number_digits

SUMMARIES = {"id.success", "id.failure", "id.partial"}
RESULTS = {"result.match", "result.no.match", "result.match.restricted"}
WATCH_LIST, NO_HIT = "global.watch.list", "global.watch.list.no.match"
SCORES = {
    f"result.{kind}.{n}.incorrect": n
    for kind, most in (("questions", 3), ("challenge", 2))
    for n in range(most + 1)
}
NOT_SCORED = {
    "result.timeout",
    "result.incomplete",
    "id.not.eligible.for.questions",
    "result.questions.no.data",
}
# Words in errors that concern our account, not the request.
ACCOUNT_ERROR_WORDS = (
    "username",
    "password",
    "ip address",
    "not registered",
    "account",
    "authenticat",
    "enterprise",
)
UNUSED_FIELDS = (
    "email",
    "ipAddress",
    "uid",
    "output",
    "altAddress",
    "altCity",
    "altState",
    "altZip",
)


@dataclass(frozen=True)
class IdologyService:
    """Client of ExpectID and ExpectID IQ."""

    http: VendorHttpClient
    username: str
    password: str = field(repr=False)
    is_configured = True

    def search(self, person: ApplicantDetails, ssn: str, invoice: str) -> IdentitySearchResult:
        answer, root = self._post("idiq.svc", _search_form(person, ssn, invoice))
        summary, result = (
            element_text(root, "summary-result/key"),
            element_text(root, "results/key"),
        )
        id_number = element_text(root, "id-number")
        if summary not in SUMMARIES or result not in RESULTS or not id_number.isdigit():
            raise self.http.unreadable()
        restrictions = [element_text(item, "key") for item in root.findall("restriction")]
        notes = [element_text(item, "key") for item in root.findall("qualifiers/qualifier")]
        notes += [key for key in restrictions if key not in {WATCH_LIST, NO_HIT}]
        return IdentitySearchResult(
            id_number,
            summary,
            result,
            tuple(key.removeprefix("resultcode.") for key in notes),
            WATCH_LIST in restrictions,
            root.find("velocity-results/velocity-result") is not None,
            _questions(root),
            answer.body,
        )

    def questions(self, id_number: str) -> tuple[IdentityQuestion, ...]:
        return _questions(self._post("idiq.svc", {"idNumber": id_number})[1])

    def answer(
        self, id_number: str, answers: Mapping[str, str], *, challenge: bool
    ) -> QuestionScore:
        form = {"idNumber": id_number}
        for number, (kind, answer_text) in enumerate(answers.items(), 1):
            form |= {f"question{number}Type": kind, f"question{number}Answer": answer_text}
        service = "idliveq-challenge-answers.svc" if challenge else "idliveq-answers.svc"
        answer, root = self._post(service, form)
        element = "idliveq-challenge-result" if challenge else "idliveq-result"
        key = element_text(root, f"{element}/key") or element_text(root, "idliveq-error/key")
        if key in NOT_SCORED:
            return QuestionScore(None, raw=answer.body)
        if key not in SCORES or ("challenge" in key) != challenge:
            raise self.http.unreadable()
        challenge_questions = () if challenge or SCORES[key] != 2 else self._challenge(id_number)
        return QuestionScore(SCORES[key], challenge_questions, answer.body)

    def _refusal(self, text: str) -> VendorConfigurationError:
        """An error about our account or address, which affects every request, or about this
        request.
        """
        kind = VendorConfigurationError if _is_account_error(text) else RequestRejectedError
        return kind(self.http.provider)

    def _challenge(self, id_number: str) -> tuple[IdentityQuestion, ...]:
        """Challenge questions; empty if they cannot be fetched. The answers are scored only
        once.
        """
        try:
            return _questions(self._post("idliveq-challenge.svc", {"idNumber": id_number})[1])
        except TransientVendorError:
            return ()

    def _post(self, service: str, form: Mapping[str, str]) -> tuple[VendorResponse, Element]:
        credentials = {"username": self.username, "password": self.password}
        try:
            answer = self.http.send("POST", f"/{service}", data={**credentials, **form})
        except UnauthorizedError:
            raise VendorConfigurationError(self.http.provider) from None
        if answer.status == 404:
            raise VendorConfigurationError(self.http.provider)
        root = self.http.xml(answer, "response")
        if root.find("error") is not None:
            raise self._refusal(element_text(root, "error"))
        if root.find("failed") is not None:
            raise self.http.unreadable()
        return answer, root


def _is_account_error(text: str) -> bool:
    """Whether an error concerns our account or address. Errors have no key, only words."""
    return any(word in text.lower() for word in ACCOUNT_ERROR_WORDS)


def _search_form(person: ApplicantDetails, ssn: str, invoice: str) -> dict[str, str]:
    year, month, date = [*person.birth_date.split("-"), "", "", ""][:3]
    return dict.fromkeys(UNUSED_FIELDS, "") | {
        "invoice": invoice,
        "firstName": person.given_name,
        "lastName": person.family_name,
        "address": person.street,
        "city": person.city,
        "state": person.state,
        "zip": person.zip_code[:5],
        "ssn": "".join(sign for sign in ssn if sign.isdigit()),
        "dobMonth": month,
        "dobDay": date,
        "dobYear": year,
        "telephone": us_number_digits(person.phone),
    }


def _questions(root: Element) -> tuple[IdentityQuestion, ...]:
    return tuple(
        IdentityQuestion(
            element_text(item, "type"),
            element_text(item, "prompt"),
            tuple((choice.text or "").strip() for choice in item.findall("answer")),
        )
        for item in root.findall("questions/question")
    )
