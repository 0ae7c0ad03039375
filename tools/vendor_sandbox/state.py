"""What the sandbox must answer, what it was asked, and which faults come next."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
USERNAME, PASSWORD = "sandbox", "sandbox"  # for servers on the loopback address only
CLIENT_ID, CLIENT_SECRET = "sandbox", "sandbox"
OK = "ok"
FIRST_ID = 2_073_386_242
# Providers that can have faults; the last fault of a sequence repeats.
PROVIDERS = ("idology", "idology_kba", "ama_token", "ama", "nppes")


@dataclass(frozen=True)
class SandboxRequest:
    """One request, not yet checked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class SandboxReply:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/xml"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class SandboxState:
    """The facts of one scenario, in the form of a scenario file; guarded by `lock`."""

    providers: Json = field(default_factory=dict)
    faults: dict[str, deque[str]] = field(default_factory=dict)
    calls: list[Json] = field(default_factory=list)
    # Seconds for which an unanswered request hangs.
    hang: float = 30.0
    # Whether a second search for one name reports velocity, as IDology does.
    velocity: bool = True
    token: str = ""
    searches: int = 0
    ids: int = FIRST_ID
    names_asked: set[tuple[str, str]] = field(default_factory=set)
    # State of IDology's questions by id-number: "asked", "challenge" or "over".
    sessions: dict[str, str] = field(default_factory=dict)
    watched: set[str] = field(default_factory=set)
    notifications: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def control(self, command: Json) -> None:
        """Apply `{"reset", "providers", "faults", "hang", "velocity", "expire_tokens", "changed"}`.

        Raises `ValueError` for another key or an unknown provider.
        """
        known = {"reset", "providers", "faults", "hang", "velocity", "expire_tokens", "changed"}
        if unknown := set(command) - known:
            raise ValueError(f"unknown: {sorted(unknown)[0]}")
        with self.lock:
            if command.get("reset"):
                self._reset()
            self.providers = command.get("providers", self.providers)
            self.hang = float(command.get("hang", self.hang))
            self.velocity = bool(command.get("velocity", self.velocity))
            for fault in command.get("faults", ()):
                self._add_fault(fault)
            if command.get("expire_tokens"):
                self.token = ""
            for entity in command.get("changed", ()):
                self.notifications[str(len(self.notifications) + 1)] = str(entity)

    def _reset(self) -> None:
        self.providers, self.faults, self.calls = {}, {}, []
        self.token, self.searches = "", 0
        self.names_asked, self.sessions = set(), {}
        self.watched, self.notifications = set(), {}

    def _add_fault(self, fault: Json) -> None:
        provider, sequence = str(fault.get("provider", "")), fault.get("sequence", ())
        if provider not in PROVIDERS:
            raise ValueError(f"no such provider: {provider}")
        items = sequence if isinstance(sequence, list) else [sequence]
        self.faults[provider] = deque(str(item) for item in items)

    def record_request(self, provider: str, request: SandboxRequest) -> str:
        """Record the request. Returns the fault it meets, or "ok"."""
        with self.lock:
            self.calls.append(
                {"provider": provider, "method": request.method, "path": request.path}
            )
            waiting = self.faults.get(provider)
            if not waiting:
                return OK
            return waiting.popleft() if len(waiting) > 1 else waiting[0]

    def new_token(self) -> str:
        with self.lock:
            self.token = secrets.token_urlsafe(24)
            return self.token

    def new_id(self) -> str:
        with self.lock:
            self.ids += 1
            return str(self.ids)
