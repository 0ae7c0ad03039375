"""The live NPI register: no key, errors with status 200, limits that are clamped in silence."""

from __future__ import annotations

import json

from tools.vendor_sandbox.state import Json, SandboxReply, SandboxRequest, SandboxState

CRITERIA = {
    *("number", "enumeration_type", "first_name", "last_name", "organization_name"),
    *("taxonomy_description", "city", "state", "postal_code", "country_code"),
}
OTHERS = {"version", "limit", "skip", "pretty", "use_first_name_alias", "address_purpose"}


def answer(state: SandboxState, request: SandboxRequest) -> SandboxReply:
    if request.method != "GET":
        return SandboxReply(405, b"", "application/json")
    query = request.query
    if unknown := sorted(set(query) - CRITERIA - OTHERS):
        return _error("05", unknown[0], "Field is not valid")
    if query.get("version") != "2.1":
        return _error("05", "version", "Unsupported version")
    if not set(query) & CRITERIA:
        return _error("04", "", "No valid search criteria")
    number = query.get("number", "")
    if number and not (number.isdigit() and len(number) == 10):
        return _error("06", "number", "NPI must be 10 digits")
    held = state.providers.get("nppes")
    records = [_record(held)] if held and held.get("number", number) == number else []
    return _json({"result_count": len(records), "results": records})


def _record(held: Json) -> Json:
    return {
        "number": held["number"],
        "enumeration_type": held.get("enumeration_type", "NPI-1"),
        "basic": {
            "first_name": held.get("first_name"),
            "last_name": held.get("last_name"),
            "credential": held.get("credential") or "",
            "status": held.get("status", "A"),
            "name_prefix": "--",
        },
        "other_names": held.get("other_names") or [],
        "taxonomies": held.get("taxonomies") or [],
        "addresses": [
            {
                "address_purpose": "LOCATION",
                "telephone_number": held.get("practice_phone") or "",
            }
        ],
        "practiceLocations": [],
        "identifiers": [],
        "endpoints": [],
    }


def _error(number: str, name: str, description: str) -> SandboxReply:
    return _json({"Errors": [{"description": description, "field": name, "number": number}]})


def _json(value: object) -> SandboxReply:
    return SandboxReply(200, json.dumps(value).encode(), "application/json")
