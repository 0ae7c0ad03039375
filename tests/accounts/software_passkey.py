"""A passkey in software: what a phone or a security key does, without the phone."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

PRESENT = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
ORIGIN = "http://testserver"


class Passkey:
    """Answers a creation and, from then on, requests; knows what it was told of the person."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = secrets.token_bytes(16)
        self._counter = 0
        self.person: dict[str, Any] = {}

    def create(self, options: dict[str, Any]) -> str:
        request_options = options["publicKey"]
        self.person = dict(request_options["user"])
        public = ES256.from_cryptography_key(self._key.public_key())  # type: ignore[no-untyped-call]
        data = AuthenticatorData.create(
            self._hash(request_options["rp"]["id"]),
            PRESENT | AuthenticatorData.FLAG.AT,
            self._counter,
            AttestedCredentialData.create(bytes(16), self._id, public),
        )
        client_data = self._client_data("webauthn.create", request_options["challenge"])
        return self._answer(
            {
                "clientDataJSON": websafe_encode(client_data),
                "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
            },
            {"credProps": {"rk": True}},
        )

    def get(self, options: dict[str, Any]) -> str:
        request_options = options["publicKey"]
        self._counter += 1
        data = AuthenticatorData.create(self._hash(request_options["rpId"]), PRESENT, self._counter)
        client_data = self._client_data("webauthn.get", request_options["challenge"])
        signed = data + hashlib.sha256(client_data).digest()
        return self._answer(
            {
                "clientDataJSON": websafe_encode(client_data),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(self._key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": self.person["id"],
            },
            {},
        )

    def _answer(self, response: dict[str, Any], extensions: dict[str, Any]) -> str:
        return json.dumps(
            {
                "id": websafe_encode(self._id),
                "rawId": websafe_encode(self._id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": extensions,
            }
        )

    def _client_data(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(challenge), ORIGIN)

    def _hash(self, rp_id: str) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest()
