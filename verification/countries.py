"""Countries, as all apps name them."""

from __future__ import annotations

from sermo.core.countries import CHOICES, NAMES

__all__ = ["CHOICES", "NAMES"]
