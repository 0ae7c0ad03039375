"""The AMA's services: a token, a search in JSON, profiles in XML, monitoring."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

from tools.vendor_sandbox.state import (
    CLIENT_ID,
    CLIENT_SECRET,
    Json,
    SandboxReply,
    SandboxRequest,
    SandboxState,
)

TOKEN = "/oauth2/endpoint/eprofilesprovider/token"  # an address
SEARCH, PROFILE = "/physicians/search", "/profiles/profile/full/"
ENTITIES = "/profiles/monitor/entities"
NOTIFICATIONS, UPDATE = "/profiles/monitor/notifications", "/profiles/monitor/update/"
HEADERS = ("x-location", "x-credentialprovideruserid", "x-sourcesystem")
NUMBERS = ("npi_number", "me_number", "ecfmg_number")
PERSON = {"first_name", "last_name", "date_of_birth"}
SPACE = "http://eprofiles.myama.com/core/"


def provider_of(path: str) -> str:
    return "ama_token" if path.endswith(TOKEN) else "ama"


def answer(state: SandboxState, request: SandboxRequest, path: str) -> SandboxReply:
    if path == TOKEN:
        return _token(state, request)
    authorised = f"Bearer {state.token}" if state.token else None
    if authorised is None or request.headers.get("authorization") != authorised:
        return _refusal(401, "Unauthorized")
    if missing := [name for name in HEADERS if not request.headers.get(name)]:
        return _refusal(400, f"Missing header {missing[0]}")
    with state.lock:
        return _route(state, request, path)


def _route(state: SandboxState, request: SandboxRequest, path: str) -> SandboxReply:
    if path == SEARCH:
        return _search(state, request)
    if path.startswith(PROFILE) and request.method == "GET":
        return _profile(state, unquote(path.removeprefix(PROFILE)))
    if path.startswith(ENTITIES):
        return _entities(state, request, unquote(path.removeprefix(ENTITIES).strip("/")))
    if path.startswith(NOTIFICATIONS):
        return _notifications(state, request, unquote(path.removeprefix(NOTIFICATIONS).strip("/")))
    if path.startswith(UPDATE) and request.method == "GET":
        entity = state.notifications.get(unquote(path.removeprefix(UPDATE)), "")
        return _profile(state, entity) if entity else _refusal(404, "Not Found")
    return _refusal(404, "Not Found")


def _token(state: SandboxState, request: SandboxRequest) -> SandboxReply:
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    expected = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    if request.method != "POST" or request.kind != "application/x-www-form-urlencoded":
        return _refusal(400, "Bad Request")
    if form != expected:
        return _refusal(401, "Unauthorized")
    return _json({"access_token": state.new_token()})


def _search(state: SandboxState, request: SandboxRequest) -> SandboxReply:
    try:
        criteria = json.loads(request.body)
        fields = set(criteria)
    except (ValueError, TypeError):
        return _refusal(400, "Bad Request")
    by_number = len(fields) == 1 and fields <= set(NUMBERS)
    by_person = fields >= PERSON and fields <= {*PERSON, "state_of_practice"}
    if (
        request.method != "POST"
        or request.kind != "application/json"
        or not (by_number or by_person)
    ):
        return _refusal(400, "Missing required fields")
    results = (state.providers.get("ama") or {}).get("search") or []
    if not results:
        return SandboxReply(204)
    return _json([_candidate(result) for result in results])


def _candidate(hit: Json) -> Json:
    """The four documented fields, and the richer fields of the search behind them."""
    return {
        "entity_id": str(hit.get("entityId", "")),
        "first_name": hit.get("legalFirstName", ""),
        "last_name": hit.get("legalLastName", ""),
        "date_of_birth": hit.get("birthDate", ""),
        **hit,
    }


def _profile(state: SandboxState, entity: str) -> SandboxReply:
    profile = (state.providers.get("ama") or {}).get("profile") or {}
    if not profile or str(profile.get("entityId")) != entity:
        return _refusal(404, "Not Found")
    return _xml(_profile_text(profile))


def _profile_text(profile: Json) -> str:
    sanctions = dict(profile.get("sanctions") or {})
    states = (sanctions.pop("stateSanctions", None) or {}).get("state") or []
    flags = "".join(_element(name, value) for name, value in sanctions.items())
    listed = "".join(_element("state", item) for item in states)
    training = profile.get("medicalTraining") or [{"programName": ""}]
    return (
        f'<fullProfile xmlns="{SPACE}">{_element("entityId", profile.get("entityId"))}'
        + _group("demographics", _demographics(profile))
        + "".join(_group("licenses", item) for item in profile.get("licenses") or ())
        + "".join(_group("medicalSchools", item) for item in profile.get("medicalSchools") or ())
        + "".join(_group("medicalTraining", item) for item in training)
        + _group("mpa", {"description": profile.get("amaMpa")})
        + f"<sanctions>{flags}<stateSanctions>{listed}</stateSanctions></sanctions></fullProfile>"
    )


def _demographics(profile: Json) -> Json:
    names = ("firstName", "lastName", "birthDate", "deathDate", "studentIndicator", "emailAddress")
    return {name: profile.get(name) for name in names}


def _group(name: str, parts: Mapping[str, Any]) -> str:
    return f"<{name}>{''.join(_element(key, value) for key, value in parts.items())}</{name}>"


def _element(name: str, value: object) -> str:
    return f"<{name}/>" if value in (None, "") else f"<{name}>{escape(str(value))}</{name}>"


def _entities(state: SandboxState, request: SandboxRequest, entity: str) -> SandboxReply:
    if not entity and request.method == "GET":
        listed = "".join(_element("entityId", entity_id) for entity_id in sorted(state.watched))
        return _xml(_space("entities", listed)) if state.watched else SandboxReply(204)
    if request.method == "PUT" and entity:
        state.watched.add(entity)
        return SandboxReply(200)
    if request.method == "DELETE" and entity in state.watched:
        state.watched.discard(entity)
        return SandboxReply(200)
    return _refusal(404, "Not Found")


def _notifications(state: SandboxState, request: SandboxRequest, key: str) -> SandboxReply:
    if request.method == "DELETE" and key:
        return (
            SandboxReply(200) if state.notifications.pop(key, None) else _refusal(404, "Not Found")
        )
    if request.method != "GET":
        return _refusal(405, "Method Not Allowed")
    notifications = (
        {key: state.notifications[key]} if key in state.notifications else state.notifications
    )
    if not notifications or (key and key not in state.notifications):
        return _refusal(404, "Not Found") if key else SandboxReply(204)
    return _xml(_space("notifications", "".join(_notes(notifications.items()))))


def _notes(notifications: Iterable[tuple[str, str]]) -> Iterable[str]:
    for key, entity in notifications:
        yield _group("notification", {"notificationId": key, "entityId": entity})


def _space(name: str, inner: str) -> str:
    return f'<{name} xmlns="{SPACE}">{inner}</{name}>'


def _refusal(status: int, message: str) -> SandboxReply:
    return SandboxReply(status, f"<error><message>{escape(message)}</message></error>".encode())


def _xml(text: str) -> SandboxReply:
    return SandboxReply(200, f'<?xml version="1.0"?>{text}'.encode())


def _json(value: object) -> SandboxReply:
    return SandboxReply(200, json.dumps(value).encode(), "application/json")
