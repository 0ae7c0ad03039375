"""How asking a vendor can fail."""

from __future__ import annotations

import datetime as dt


class TransientVendorError(Exception):
    """The request may succeed later. `after`: the pause that the vendor demands, if any."""

    def __init__(self, provider: str = "", *, after: dt.timedelta | None = None) -> None:
        super().__init__(provider)
        self.provider = provider
        self.after = after


class UnknownResultError(TransientVendorError):
    """The request was sent and no answer can be read: the vendor may have counted it."""


class VendorConfigurationError(Exception):
    """Our credentials, address or request were refused: a retry changes nothing."""

    def __init__(self, provider: str = "") -> None:
        super().__init__(provider)
        self.provider = provider


class RequestRejectedError(VendorConfigurationError):
    """This one request was refused for its content; others still succeed."""


class CircuitOpenError(Exception):
    """The circuit breaker is open. Nothing was sent; `until` is the time of the next probe."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__()
        self.until = until
