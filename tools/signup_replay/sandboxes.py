"""The vendor sandbox of a replay, loaded with each scenario's facts and asked over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.test.utils import override_settings

from tools.signup_replay.scenario import Scenario
from tools.vendor_sandbox import faults
from tools.vendor_sandbox.server import SandboxServer, running_sandbox
from tools.vendor_sandbox.state import CLIENT_ID, CLIENT_SECRET, OK, PASSWORD, PROVIDERS, USERNAME
from verification.vendors import adapters
from verification.vendors.http import HttpVendorAdapters
from verification.vendors.records import DocumentExamination

# Seconds to connect, for each part of an answer, for the whole (VENDOR_SECONDS): of a vendor that
# is about to hang for HANG seconds, and of one that answers, which no busy machine must cut off.
HANGING, ANSWERING = (60.0, 0.4, 0.8), (60.0, 60.0, 120.0)
HANG = 0.6
SOURCES = "tools.signup_replay.sandboxes.SandboxAdapters"


class _VendorSeconds:
    """VENDOR_SECONDS, short only while the next answer of some vendor hangs."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self._state = sandbox.state

    def __iter__(self) -> Iterator[float]:
        with self._state.lock:
            coming = {queue[0] for queue in self._state.faults.values() if queue}
        return iter(HANGING if coming & {faults.HANG, faults.DRIP} else ANSWERING)


class ReplaySandbox:
    """A sandbox that is loaded with one scenario after another."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox

    def load(self, scenario: Scenario) -> None:
        """Load a scenario.

        Raises `ValueError` for an unknown fault.
        """
        for fault in scenario.faults:
            for item in fault.sequence:
                if item != OK:
                    faults.fault_reply(item)
        # The replay moves the pipeline's clock, not the sandbox's, so velocity is only what is
        # scripted.
        self.sandbox.state.control(
            {
                "reset": True,
                "providers": scenario.providers,
                "faults": [
                    {"provider": fault.provider, "sequence": list(fault.sequence)}
                    for fault in scenario.faults
                    if fault.provider in PROVIDERS
                ],
                "hang": HANG,
                "velocity": False,
            }
        )
        SandboxAdapters.scenario = scenario
        # An adapter keeps the Masterfile's token; each scenario starts without one.
        adapters.reset_adapters()

    def calls(self) -> dict[str, int]:
        return dict(Counter(call["provider"] for call in self.sandbox.state.calls))


class _Examiner:
    """An examiner of documents who sees what the scenario says."""

    def examine(self, application_id: str) -> DocumentExamination | None:
        scenario = SandboxAdapters.scenario
        seen = scenario.providers.get("document") if scenario else None
        if not isinstance(seen, dict) or seen.get("status") != "verified":
            return None
        return DocumentExamination(
            seen.get("name_matches") is not False, seen.get("dob_matches") is not False
        )


class SandboxAdapters(HttpVendorAdapters):
    """The real adapters with the sandbox's addresses, and a scripted examiner."""

    scenario: Scenario | None = None
    has_device_script = True

    def document_examiner(self) -> _Examiner:
        return _Examiner()


@contextmanager
def running_sandboxes() -> Iterator[ReplaySandbox]:
    """A running sandbox, and settings that lead the adapters to it."""
    with running_sandbox() as sandbox:
        vendors = {
            **sandbox.addresses(),
            "IDOLOGY_USERNAME": USERNAME,
            "IDOLOGY_PASSWORD": PASSWORD,
            "AMA_CLIENT_ID": CLIENT_ID,
            "AMA_CLIENT_SECRET": CLIENT_SECRET,
            "AMA_LOCATION": "sandbox",
            "AMA_SOURCE_SYSTEM": "sandbox",
        }
        with override_settings(
            VENDORS=vendors, VENDOR_SECONDS=_VendorSeconds(sandbox), VENDOR_ADAPTERS=SOURCES
        ):
            adapters.reset_adapters()
            yield ReplaySandbox(sandbox)
        adapters.reset_adapters()
