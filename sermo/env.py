"""Typed readers of environment variables, for the settings.

Each raises `ImproperlyConfigured` if the value is missing or invalid. The message contains the
variable's name, never its value, which may be a secret.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from sermo.core.trusted_proxies import TrustedProxies

# Marks of the hour: whole multiples of five minutes that divide it.
MARK_MINUTES = (0, 5, 10, 15, 20, 30, 60)


def text(name: str, default: str | None = None, *, choices: Collection[str] = ()) -> str:
    """The value. Without a default the variable must be set."""
    value = os.environ.get(name, "")
    if not value:
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set. See .env.example.")
        value = default
    if choices and value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(sorted(choices))}.")
    return value


def boolean(name: str, default: bool) -> bool:
    """`true`, `false`, `1` or `0`, in upper or lower case."""
    value = os.environ.get(name, "").lower()
    if not value:
        return default
    if value not in {"true", "false", "1", "0"}:
        raise ImproperlyConfigured(f"{name} must be true or false.")
    return value in {"true", "1"}


def integer(name: str, default: int, *, minimum: int = 0, maximum: int = 2**31) -> int:
    """A whole number between the bounds, both included."""
    value = os.environ.get(name, "")
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from None
    if not minimum <= number <= maximum:
        raise ImproperlyConfigured(f"{name} must be between {minimum} and {maximum}.")
    return number


def mark_minutes(name: str, default: int) -> int:
    """The minutes between two marks of the hour (`sermo.core.coarse.to_mark`); 0 for no marks."""
    minutes = integer(name, default)
    if minutes not in MARK_MINUTES:
        raise ImproperlyConfigured(f"{name} must be one of {MARK_MINUTES}.")
    return minutes


def names(name: str, default: str = "") -> list[str]:
    """The items of a comma-separated list, without empty ones."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def trusted_proxies(name: str) -> TrustedProxies:
    """Addresses and networks of proxies, `unix`, or `none`; comma-separated."""
    try:
        return TrustedProxies.parse(names(name))
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must list addresses, networks such as 10.0.0.0/24, or unix; or be none."
        ) from None


def base_url(name: str, default: str) -> str:
    """An http or https origin without a path; http only for localhost."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ImproperlyConfigured(f"{name} must be an address such as https://example.org.")
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise ImproperlyConfigured(f"{name} must begin with https:// on any host but localhost.")
    return value


def vendor(name: str) -> str:
    """The https URL of an external service, or "". http only for localhost, for the sandbox."""
    value = text(name, "").rstrip("/")
    parts = urlsplit(value)
    is_local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    if value and not (parts.hostname and (parts.scheme == "https" or is_local)):
        raise ImproperlyConfigured(f"{name} must be an address that begins with https://.")
    return value


def database(name: str) -> dict[str, object]:
    """Django's database settings from `postgresql://user:password@host:port/name`.

    A socket directory is given in the query: `postgresql://user@/name?host=/run/pg`.
    """
    parts = urlsplit(text(name))
    query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    host = unquote(query.get("host", "")) or parts.hostname or ""
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/") or not host:
        raise ImproperlyConfigured(f"{name} must be postgresql://user:password@host/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Seconds: a server that does not answer is an error of the page, not a page without end.
        "OPTIONS": {"connect_timeout": 5},
        "ATOMIC_REQUESTS": False,
    }


def backup_place(name: str) -> str:
    """Where backups go: `file:` and an absolute directory, `s3:` and a bucket, or "" for none."""
    value = text(name, "")
    kind, _, rest = value.partition(":")
    if value and not (rest and (kind == "s3" or (kind == "file" and rest.startswith("/")))):
        raise ImproperlyConfigured(f"{name} must be file:/a/directory or s3:bucket.")
    return value


def redis(name: str) -> str:
    """The URL of a Redis database: `redis://`, `rediss://` or `unix://`."""
    value = text(name)
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(f"{name} must begin with redis://, rediss:// or unix://.")
    return value
