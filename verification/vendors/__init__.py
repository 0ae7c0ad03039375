"""Adapters that speak the vendors' wire formats; where one is not configured, its null twin."""

from __future__ import annotations

from django.conf import settings

from verification.vendors import adapters
from verification.vendors.ama import Masterfile
from verification.vendors.http_client import Wire
from verification.vendors.idology import IDology
from verification.vendors.nppes import Nppes


class HttpSources(adapters.NullSources):
    """Each vendor that has an address and credentials in the environment."""

    def __init__(self) -> None:
        told = settings.VENDORS
        self._identity: adapters.Identity = adapters.NullIdentity()
        self._masterfile: adapters.Masterfile = adapters.NullMasterfile()
        self._providers: adapters.Providers = adapters.NullProviders()
        if told["IDOLOGY_URL"]:
            wire = Wire("idology", told["IDOLOGY_URL"], unsafe=True)
            self._identity = IDology(wire, told["IDOLOGY_USERNAME"], told["IDOLOGY_PASSWORD"])
        if told["AMA_URL"]:
            wire = Wire("ama", told["AMA_URL"])
            self._masterfile = Masterfile(
                wire,
                told["AMA_CLIENT_ID"],
                told["AMA_CLIENT_SECRET"],
                told.get("AMA_LOCATION", "sermo"),
                told.get("AMA_SOURCE_SYSTEM", "sermo"),
            )
        if told["NPPES_URL"]:
            self._providers = Nppes(Wire("nppes", told["NPPES_URL"]))

    @property
    def has_device_script(self) -> bool:
        return bool(settings.RELEVANTID["CLIENT_ID"])

    def identity(self) -> adapters.Identity:
        return self._identity

    def masterfile(self) -> adapters.Masterfile:
        return self._masterfile

    def providers(self) -> adapters.Providers:
        return self._providers
