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
        vendors = settings.VENDORS
        self._identity: ports.IdentityService = null.NullIdentityService()
        self._masterfile: ports.MasterfileService = null.NullMasterfileService()
        self._npi_registry: ports.NpiRegistry = null.NullNpiRegistry()
        if vendors["IDOLOGY_URL"]:
            wire = VendorHttpClient("idology", vendors["IDOLOGY_URL"], unsafe=True)
            self._identity = IdologyService(
                wire, vendors["IDOLOGY_USERNAME"], vendors["IDOLOGY_PASSWORD"]
            )
        if vendors["AMA_URL"]:
            wire = VendorHttpClient("ama", vendors["AMA_URL"])
            self._masterfile = AmaMasterfile(
                wire,
                vendors["AMA_CLIENT_ID"],
                vendors["AMA_CLIENT_SECRET"],
                vendors.get("AMA_LOCATION", "sermo"),
                vendors.get("AMA_SOURCE_SYSTEM", "sermo"),
            )
        if vendors["NPPES_URL"]:
            self._npi_registry = NppesRegistry(VendorHttpClient("nppes", vendors["NPPES_URL"]))

    @property
    def has_device_script(self) -> bool:
        return bool(settings.RELEVANTID["CLIENT_ID"])

    def identity_service(self) -> ports.IdentityService:
        return self._identity

    def masterfile_service(self) -> ports.MasterfileService:
        return self._masterfile

    def npi_registry(self) -> ports.NpiRegistry:
        return self._npi_registry
