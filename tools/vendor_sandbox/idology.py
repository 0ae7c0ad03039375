"""ExpectID and ExpectID IQ: form posts, XML answers, every error with status 200."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from tools.vendor_sandbox.state import (
    PASSWORD,
    USERNAME,
    Json,
    SandboxReply,
    SandboxRequest,
    SandboxState,
)

SEARCH, ANSWERS = "idiq.svc", "idliveq-answers.svc"
CHALLENGE, CHALLENGE_ANSWERS = "idliveq-challenge.svc", "idliveq-challenge-answers.svc"
SERVICES = {
    SEARCH: "idology",
    ANSWERS: "idology_kba",
    CHALLENGE: "idology_kba",
    CHALLENGE_ANSWERS: "idology_kba",
}
QUESTIONS = ("current.county", "previous.street", "vehicle.colour")
CHALLENGES = ("birth.county", "relative.name")
FIELDS = {
    *("username", "password", "invoice", "firstName", "lastName", "address", "city", "state"),
    *("zip", "ssn", "ssnLast4", "dobMonth", "dobDay", "dobYear", "email", "telephone"),
    *("ipAddress", "uid", "sku", "idNumber", "altAddress", "altCity", "altState", "altZip"),
    *("purchaseDate", "captureQueryId", "score", "amount", "shipping", "tax", "total", "idType"),
    *("idIssuer", "paymentMethod", "output"),
    *(f"c_custom_field_{n}" for n in (1, 2, 3)),
    *(f"question{n}{part}" for n in range(1, 6) for part in ("Type", "Answer")),
}


def service_of(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def answer(state: SandboxState, request: SandboxRequest) -> SandboxReply:
    if request.method != "POST":
        return SandboxReply(405, b"Method Not Allowed", "text/plain")
    if request.kind != "application/x-www-form-urlencoded":
        return error("Invalid request")
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    if unknown := sorted(set(form) - FIELDS):
        return error(f"Unknown parameter {unknown[0]}")
    if (form.get("username"), form.get("password")) != (USERNAME, PASSWORD):
        return error("Invalid username and password")
    service = service_of(request.path)
    with state.lock:
        if service == SEARCH:
            return _more(state, form) if form.get("idNumber") else _search(state, form)
        if service == CHALLENGE:
            return _challenge(state, form)
        return _score(state, form, challenge=service == CHALLENGE_ANSWERS)


def error(text: str) -> SandboxReply:
    return _xml(f"<error>{escape(text)}</error>")


def _xml(inner: str) -> SandboxReply:
    return SandboxReply(200, f'<?xml version="1.0"?><response>{inner}</response>'.encode())


def _search(state: SandboxState, form: Mapping[str, str]) -> SandboxReply:
    for name, words in (
        ("firstName", "first name"),
        ("lastName", "last name"),
        ("address", "address"),
    ):
        if not form.get(name, "").strip():
            return error(f"Please provide a {words}")
    if form.get("ssn") and not (form["ssn"].isdigit() and len(form["ssn"]) == 9):
        return error("Invalid SSN")
    answers = state.providers.get("idology") or []
    if not answers:
        return _result(state, {"summary": "id.failure", "result": "result.no.match"}, form)
    scripted = answers[min(state.searches, len(answers) - 1)]
    state.searches += 1
    return _result(state, scripted, form)


def _result(state: SandboxState, scripted: Json, form: Mapping[str, str]) -> SandboxReply:
    number = state.new_id()
    parts = [
        f"<id-number>{number}</id-number>",
        _key("summary-result", scripted["summary"]),
        _key("results", scripted["result"]),
        "<idliveq-indicated>false</idliveq-indicated>",
    ]
    restriction = scripted.get("restriction")
    if restriction:
        parts.append(f"<restriction><key>{escape(restriction)}</key></restriction>")
    qualifiers = scripted.get("qualifiers") or ()
    if qualifiers:
        listed = "".join(_key("qualifier", f"resultcode.{qualifier}") for qualifier in qualifiers)
        parts.append(f"<qualifiers>{listed}</qualifiers>")
    parts.append(_velocity(state, scripted, form))
    if state.providers.get("kba"):
        state.sessions[number] = "asked"
        parts.append(_questions(QUESTIONS))
    return _xml("".join(parts))


def _velocity(state: SandboxState, scripted: Json, form: Mapping[str, str]) -> str:
    """Scripted velocity warnings, and one for a second search with the same name."""
    scripted_keys = scripted.get("velocity") or ()
    keys = [scripted_keys] if isinstance(scripted_keys, str) else list(scripted_keys)
    name = (form["firstName"].casefold(), form["lastName"].casefold())
    if state.velocity and name in state.names_asked:
        keys.append("NAME")
    state.names_asked.add(name)
    elements = "".join(_key("velocity-result", str(key)) for key in dict.fromkeys(keys))
    return f"<velocity-results>{elements}</velocity-results>" if elements else ""


def _more(state: SandboxState, form: Mapping[str, str]) -> SandboxReply:
    if state.sessions.get(form["idNumber"]) != "asked":
        return _key_error("id.not.eligible.for.questions")
    return _xml(f"<id-number>{escape(form['idNumber'])}</id-number>{_questions(QUESTIONS)}")


def _challenge(state: SandboxState, form: Mapping[str, str]) -> SandboxReply:
    if state.sessions.get(form.get("idNumber", "")) != "challenge":
        return _key_error("id.not.eligible.for.questions")
    return _xml(_questions(CHALLENGES))


def _score(state: SandboxState, form: Mapping[str, str], *, challenge: bool) -> SandboxReply:
    number, expected = form.get("idNumber", ""), "challenge" if challenge else "asked"
    if state.sessions.get(number) != expected:
        return _key_error("id.not.eligible.for.questions")
    question_types = CHALLENGES if challenge else QUESTIONS
    given = {
        form.get(f"question{n}Type"): form.get(f"question{n}Answer")
        for n in range(1, len(question_types) + 1)
    }
    part = "idliveq-challenge-result" if challenge else "idliveq-result"
    state.sessions[number] = "over"
    if set(given) != set(question_types) or not all(given.values()):
        return _xml(_key(part, "result.incomplete"))
    kba = state.providers.get("kba") or {}
    if kba.get("timeout"):
        return _xml(_key(part, "result.timeout"))
    wrong = int(kba.get("challenge_incorrect" if challenge else "incorrect") or 0)
    if not challenge and wrong == 2:
        state.sessions[number] = "challenge"
    kind = "challenge" if challenge else "questions"
    received = f"<answers-received>{len(question_types)}</answers-received>"
    return _xml(received + _key(part, f"result.{kind}.{wrong}.incorrect"))


def _questions(kinds: tuple[str, ...]) -> str:
    template = (
        "<question><prompt>Which of these is yours?</prompt><type>{}</type>"
        "<answer>A</answer><answer>B</answer><answer>None of the above</answer></question>"
    )
    return f"<questions>{''.join(template.format(kind) for kind in kinds)}</questions>"


def _key(element: str, key: str) -> str:
    return f"<{element}><key>{escape(key)}</key><message>{escape(key)}</message></{element}>"


def _key_error(key: str) -> SandboxReply:
    return _xml(_key("idliveq-error", key))
