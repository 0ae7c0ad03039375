"""IDology ExpectID and ExpectID IQ: form posts, XML answers, errors with status 200.

The summary follows the account's switches and ignores restriction, death and velocity, so all
parts are handed on. Keys are compared, never messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from verification.personal_data.applicant_details import Person
from verification.pipeline.checks.subject import Misconfigured, Passing, Rejected
from verification.vendors.adapters import Question, Scored, Searched
from verification.vendors.http_client import Answer, Refused, Wire, words
from verification.vendors.sms import digits

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
# What an error speaks of that concerns us and not the person asked about.
OURS = (
    "username",
    "password",
    "ip address",
    "not registered",
    "account",
    "authenticat",
    "enterprise",
)
UNUSED = ("email", "ipAddress", "uid", "output", "altAddress", "altCity", "altState", "altZip")


@dataclass(frozen=True)
class IDology:
    wire: Wire
    username: str
    password: str = field(repr=False)
    is_configured = True

    def search(self, person: Person, ssn: str, invoice: str) -> Searched:
        answer, root = self._post("idiq.svc", _asked(person, ssn, invoice))
        summary, result = words(root, "summary-result/key"), words(root, "results/key")
        id_number = words(root, "id-number")
        if summary not in SUMMARIES or result not in RESULTS or not id_number.isdigit():
            raise self.wire.lost()
        restrictions = [words(item, "key") for item in root.findall("restriction")]
        notes = [words(item, "key") for item in root.findall("qualifiers/qualifier")]
        notes += [key for key in restrictions if key not in {WATCH_LIST, NO_HIT}]
        return Searched(
            id_number,
            summary,
            result,
            tuple(key.removeprefix("resultcode.") for key in notes),
            WATCH_LIST in restrictions,
            root.find("velocity-results/velocity-result") is not None,
            _questions(root),
            answer.body,
        )

    def questions(self, id_number: str) -> tuple[Question, ...]:
        return _questions(self._post("idiq.svc", {"idNumber": id_number})[1])

    def answer(self, id_number: str, answers: Mapping[str, str], *, challenge: bool) -> Scored:
        told = {"idNumber": id_number}
        for place, (kind, said) in enumerate(answers.items(), 1):
            told |= {f"question{place}Type": kind, f"question{place}Answer": said}
        service = "idliveq-challenge-answers.svc" if challenge else "idliveq-answers.svc"
        answer, root = self._post(service, told)
        part = "idliveq-challenge-result" if challenge else "idliveq-result"
        key = words(root, f"{part}/key") or words(root, "idliveq-error/key")
        if key in NOT_SCORED:
            return Scored(None, raw=answer.body)
        if key not in SCORES or ("challenge" in key) != challenge:
            raise self.wire.lost()
        more = () if challenge or SCORES[key] != 2 else self._challenge(id_number)
        return Scored(SCORES[key], more, answer.body)

    def _refusal(self, text: str) -> Misconfigured:
        """Our account or address stops every question; anything else is wrong with this one."""
        kind = Misconfigured if _asks_for_us(text) else Rejected
        return kind(self.wire.provider)

    def _challenge(self, id_number: str) -> tuple[Question, ...]:
        """The answers are scored and cannot be given again: without a challenge a person looks."""
        try:
            return _questions(self._post("idliveq-challenge.svc", {"idNumber": id_number})[1])
        except Passing:
            return ()

    def _post(self, service: str, told: Mapping[str, str]) -> tuple[Answer, Element]:
        secret = {"username": self.username, "password": self.password}
        try:
            answer = self.wire.send("POST", f"/{service}", data={**secret, **told})
        except Refused:
            raise Misconfigured(self.wire.provider) from None
        if answer.status == 404:
            raise Misconfigured(self.wire.provider)
        root = self.wire.xml(answer, "response")
        if root.find("error") is not None:
            raise self._refusal(words(root, "error"))
        if root.find("failed") is not None:
            raise self.wire.lost()
        return answer, root


def _asks_for_us(text: str) -> bool:
    """Whether an error is about our account or address; errors have no key, only words."""
    return any(word in text.lower() for word in OURS)


def _asked(person: Person, ssn: str, invoice: str) -> dict[str, str]:
    year, month, date = [*person.birth_date.split("-"), "", "", ""][:3]
    return dict.fromkeys(UNUSED, "") | {
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
        "telephone": digits(person.phone),
    }


def _questions(root: Element) -> tuple[Question, ...]:
    return tuple(
        Question(
            words(item, "type"),
            words(item, "prompt"),
            tuple((choice.text or "").strip() for choice in item.findall("answer")),
        )
        for item in root.findall("questions/question")
    )
