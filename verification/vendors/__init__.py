"""Adapters that speak the vendors' wire formats; where one is not configured, its null twin."""

from __future__ import annotations

from django.conf import settings

from verification.vendors import adapters
from verification.vendors.ama import AmaMasterfile
from verification.vendors.http_client import VendorHttpClient
from verification.vendors.idology import IdologyService
from verification.vendors.nppes import NppesRegistry


class HttpVendorAdapters(adapters.NullVendorAdapters):
    """Each vendor that has an address and credentials in the environment."""

    def __init__(self) -> None:
        told = settings.VENDORS
        self._identity: adapters.IdentityService = adapters.NullIdentityService()
        self._masterfile: adapters.MasterfileService = adapters.NullMasterfileService()
        self._providers: adapters.NpiRegistry = adapters.NullNpiRegistry()
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

    def identity(self) -> adapters.IdentityService:
        return self._identity

    def masterfile(self) -> adapters.MasterfileService:
        return self._masterfile

    def providers(self) -> adapters.NpiRegistry:
        return self._providers
