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


def answer(state: SandboxState, asked: SandboxRequest, path: str) -> SandboxReply:
    if path == TOKEN:
        return _token(state, asked)
    authorised = f"Bearer {state.token}" if state.token else None
    if authorised is None or asked.headers.get("authorization") != authorised:
        return _refusal(401, "Unauthorized")
    if missing := [name for name in HEADERS if not asked.headers.get(name)]:
        return _refusal(400, f"Missing header {missing[0]}")
    with state.lock:
        return _route(state, asked, path)


def _route(state: SandboxState, asked: SandboxRequest, path: str) -> SandboxReply:
    if path == SEARCH:
        return _search(state, asked)
    if path.startswith(PROFILE) and asked.method == "GET":
        return _profile(state, unquote(path.removeprefix(PROFILE)))
    if path.startswith(ENTITIES):
        return _entities(state, asked, unquote(path.removeprefix(ENTITIES).strip("/")))
    if path.startswith(NOTIFICATIONS):
        return _notifications(state, asked, unquote(path.removeprefix(NOTIFICATIONS).strip("/")))
    if path.startswith(UPDATE) and asked.method == "GET":
        entity = state.notifications.get(unquote(path.removeprefix(UPDATE)), "")
        return _profile(state, entity) if entity else _refusal(404, "Not Found")
    return _refusal(404, "Not Found")


def _token(state: SandboxState, asked: SandboxRequest) -> SandboxReply:
    told = dict(parse_qsl(asked.body.decode("utf-8", "replace")))
    right = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    if asked.method != "POST" or asked.kind != "application/x-www-form-urlencoded":
        return _refusal(400, "Bad Request")
    if told != right:
        return _refusal(401, "Unauthorized")
    return _json({"access_token": state.new_token()})


def _search(state: SandboxState, asked: SandboxRequest) -> SandboxReply:
    try:
        told = json.loads(asked.body)
        named = set(told)
    except (ValueError, TypeError):
        return _refusal(400, "Bad Request")
    by_number = len(named) == 1 and named <= set(NUMBERS)
    by_person = named >= PERSON and named <= {*PERSON, "state_of_practice"}
    if asked.method != "POST" or asked.kind != "application/json" or not (by_number or by_person):
        return _refusal(400, "Missing required fields")
    found = (state.providers.get("ama") or {}).get("search") or []
    if not found:
        return SandboxReply(204)
    return _json([_candidate(one) for one in found])


def _candidate(one: Json) -> Json:
    """The four documented fields, and the richer ones of the search behind them."""
    return {
        "entity_id": str(one.get("entityId", "")),
        "first_name": one.get("legalFirstName", ""),
        "last_name": one.get("legalLastName", ""),
        "date_of_birth": one.get("birthDate", ""),
        **one,
    }


def _profile(state: SandboxState, entity: str) -> SandboxReply:
    told = (state.providers.get("ama") or {}).get("profile") or {}
    if not told or str(told.get("entityId")) != entity:
        return _refusal(404, "Not Found")
    return _xml(_profile_text(told))


def _profile_text(told: Json) -> str:
    sanctions = dict(told.get("sanctions") or {})
    states = (sanctions.pop("stateSanctions", None) or {}).get("state") or []
    flags = "".join(_element(name, value) for name, value in sanctions.items())
    listed = "".join(_element("state", one) for one in states)
    training = told.get("medicalTraining") or [{"programName": ""}]
    return (
        f'<fullProfile xmlns="{SPACE}">{_element("entityId", told.get("entityId"))}'
        + _group("demographics", _demographics(told))
        + "".join(_group("licenses", one) for one in told.get("licenses") or ())
        + "".join(_group("medicalSchools", one) for one in told.get("medicalSchools") or ())
        + "".join(_group("medicalTraining", one) for one in training)
        + _group("mpa", {"description": told.get("amaMpa")})
        + f"<sanctions>{flags}<stateSanctions>{listed}</stateSanctions></sanctions></fullProfile>"
    )


def _demographics(told: Json) -> Json:
    names = ("firstName", "lastName", "birthDate", "deathDate", "studentIndicator", "emailAddress")
    return {name: told.get(name) for name in names}


def _group(name: str, parts: Mapping[str, Any]) -> str:
    return f"<{name}>{''.join(_element(key, value) for key, value in parts.items())}</{name}>"


def _element(name: str, value: object) -> str:
    return f"<{name}/>" if value in (None, "") else f"<{name}>{escape(str(value))}</{name}>"


def _entities(state: SandboxState, asked: SandboxRequest, entity: str) -> SandboxReply:
    if not entity and asked.method == "GET":
        listed = "".join(_element("entityId", one) for one in sorted(state.watched))
        return _xml(_space("entities", listed)) if state.watched else SandboxReply(204)
    if asked.method == "PUT" and entity:
        state.watched.add(entity)
        return SandboxReply(200)
    if asked.method == "DELETE" and entity in state.watched:
        state.watched.discard(entity)
        return SandboxReply(200)
    return _refusal(404, "Not Found")


def _notifications(state: SandboxState, asked: SandboxRequest, key: str) -> SandboxReply:
    if asked.method == "DELETE" and key:
        return (
            SandboxReply(200) if state.notifications.pop(key, None) else _refusal(404, "Not Found")
        )
    if asked.method != "GET":
        return _refusal(405, "Method Not Allowed")
    found = {key: state.notifications[key]} if key in state.notifications else state.notifications
    if not found or (key and key not in state.notifications):
        return _refusal(404, "Not Found") if key else SandboxReply(204)
    return _xml(_space("notifications", "".join(_notes(found.items()))))


def _notes(found: Iterable[tuple[str, str]]) -> Iterable[str]:
    for key, entity in found:
        yield _group("notification", {"notificationId": key, "entityId": entity})


def _space(name: str, inner: str) -> str:
    return f'<{name} xmlns="{SPACE}">{inner}</{name}>'


def _refusal(status: int, message: str) -> SandboxReply:
    return SandboxReply(status, f"<error><message>{escape(message)}</message></error>".encode())


def _xml(text: str) -> SandboxReply:
    return SandboxReply(200, f'<?xml version="1.0"?>{text}'.encode())


def _json(value: object) -> SandboxReply:
    return SandboxReply(200, json.dumps(value).encode(), "application/json")
