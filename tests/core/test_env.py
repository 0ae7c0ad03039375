"""The readers of environment variables."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from sermo import env


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.text("VARIABLE"), ""),
        (lambda: env.text("VARIABLE", "a", choices={"a", "b"}), "c"),
        (lambda: env.boolean("VARIABLE", False), "perhaps"),
        (lambda: env.integer("VARIABLE", 5, minimum=1), "0"),
        (lambda: env.integer("VARIABLE", 5), "many"),
        (lambda: env.mark_minutes("VARIABLE", 20), "7"),
        (lambda: env.base_url("VARIABLE", "https://x.example"), "http://x.example"),
        (lambda: env.base_url("VARIABLE", "https://x.example"), "https://x.example/path"),
        (lambda: env.vendor("VARIABLE"), "http://vendor.example"),
        (lambda: env.vendor("VARIABLE"), "vendor.example"),
        (lambda: env.database("VARIABLE"), "mysql://u@h/d"),
        (lambda: env.redis("VARIABLE"), "memcached://h"),
    ],
)
def test_an_invalid_value_is_an_error_that_names_the_variable(
    read: Callable[[], object], value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARIABLE", value)

    with pytest.raises(ImproperlyConfigured, match="VARIABLE"):
        read()


@pytest.mark.parametrize("url", ["", "https://vendor.example/api", "http://127.0.0.1:9000"])
def test_a_vendor_url_is_empty_https_or_local(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URL", url)

    assert env.vendor("URL") == url


def test_a_database_address_may_name_a_socket_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URL", "postgresql://someone@/store?host=/run/pg")

    read = env.database("URL")

    assert (read["HOST"], read["NAME"], read["USER"]) == ("/run/pg", "store", "someone")


def test_http_is_accepted_for_localhost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URL", "http://127.0.0.1:8123/")

    assert env.base_url("URL", "https://x.example") == "http://127.0.0.1:8123"
