"""How asking a vendor can fail."""

from __future__ import annotations

import datetime as dt


class TransientVendorError(Exception):
    """A fault that passes: the same question may be asked again, later."""

    def __init__(self, provider: str = "", *, after: dt.timedelta | None = None) -> None:
        super().__init__(provider)
        self.provider = provider
        self.after = after


class UnknownResultError(TransientVendorError):
    """The question left and no answer can be read: it may have been answered and counted."""


class VendorConfigurationError(Exception):
    """Our own credentials, address or request were refused: asking again changes nothing."""

    def __init__(self, provider: str = "") -> None:
        super().__init__(provider)
        self.provider = provider


class RequestRejectedError(VendorConfigurationError):
    """This question was refused for what stands in it: others are answered all the same."""


class CircuitOpenError(Exception):
    """A vendor's fuse is open: nothing was asked, ask when it may close."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__()
        self.until = until
