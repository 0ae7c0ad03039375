from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from sermo import env


@pytest.mark.parametrize(
    ("read", "odd"),
    [
        (lambda: env.text("ODD_ONE"), ""),
        (lambda: env.text("ODD_ONE", "a", choices={"a", "b"}), "c"),
        (lambda: env.boolean("ODD_ONE", False), "perhaps"),
        (lambda: env.integer("ODD_ONE", 5, least=1), "0"),
        (lambda: env.integer("ODD_ONE", 5), "many"),
        (lambda: env.span("ODD_ONE", "2-20"), "20-2"),
        (lambda: env.base_url("ODD_ONE", "https://x.example"), "http://x.example"),
        (lambda: env.base_url("ODD_ONE", "https://x.example"), "https://x.example/path"),
        (lambda: env.vendor("ODD_ONE"), "http://vendor.example"),
        (lambda: env.vendor("ODD_ONE"), "vendor.example"),
        (lambda: env.database("ODD_ONE"), "mysql://u@h/d"),
        (lambda: env.redis("ODD_ONE"), "memcached://h"),
    ],
)
def test_an_odd_value_stops_the_start_with_its_name(
    read: Callable[[], object], odd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ODD_ONE", odd)

    with pytest.raises(ImproperlyConfigured, match="ODD_ONE"):
        read()


@pytest.mark.parametrize("told", ["", "https://vendor.example/api", "http://127.0.0.1:9000"])
def test_a_vendor_is_left_out_or_asked_by_https(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONE", told)

    assert env.vendor("ONE") == told


def test_a_database_address_may_name_a_socket_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONE", "postgresql://someone@/store?host=/run/pg")

    read = env.database("ONE")

    assert (read["HOST"], read["NAME"], read["USER"]) == ("/run/pg", "store", "someone")


def test_plain_http_is_for_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONE", "http://127.0.0.1:8123/")

    assert env.base_url("ONE", "https://x.example") == "http://127.0.0.1:8123"
