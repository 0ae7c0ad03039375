"""The adapters of every vendor that has an address and credentials in the environment."""

from __future__ import annotations

from django.conf import settings

from verification.vendors import null, ports
from verification.vendors.ama import AmaMasterfile
from verification.vendors.http_client import VendorHttpClient
from verification.vendors.idology import IdologyService
from verification.vendors.nppes import NppesRegistry


class HttpVendorAdapters(null.NullVendorAdapters):
    """The adapter of each configured vendor, and a null adapter for each other one."""

    def __init__(self) -> None:
        told = settings.VENDORS
        self._identity: ports.IdentityService = null.NullIdentityService()
        self._masterfile: ports.MasterfileService = null.NullMasterfileService()
        self._providers: ports.NpiRegistry = null.NullNpiRegistry()
        if told["IDOLOGY_URL"]:
            wire = VendorHttpClient("idology", told["IDOLOGY_URL"], unsafe=True)
            self._identity = IdologyService(
                wire, told["IDOLOGY_USERNAME"], told["IDOLOGY_PASSWORD"]
            )
        if told["AMA_URL"]:
            wire = VendorHttpClient("ama", told["AMA_URL"])
            self._masterfile = AmaMasterfile(
                wire,
                told["AMA_CLIENT_ID"],
                told["AMA_CLIENT_SECRET"],
                told.get("AMA_LOCATION", "sermo"),
                told.get("AMA_SOURCE_SYSTEM", "sermo"),
            )
        if told["NPPES_URL"]:
            self._providers = NppesRegistry(VendorHttpClient("nppes", told["NPPES_URL"]))

    @property
    def has_device_script(self) -> bool:
        return bool(settings.RELEVANTID["CLIENT_ID"])

    def identity(self) -> ports.IdentityService:
        return self._identity

    def masterfile(self) -> ports.MasterfileService:
        return self._masterfile

    def providers(self) -> ports.NpiRegistry:
        return self._providers
