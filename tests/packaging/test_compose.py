"""docker-compose.yml: its services, their images, and the private keys that each receives."""

from __future__ import annotations

import yaml

from sermo.local_stack.paths import project

PRIVATE = {
    f"SERMO_KEY_{name}_PRIVATE"
    for name in ("MAIL", "MODERATION", "INNER", "CUSTODIAN_1", "CUSTODIAN_2", "CUSTODIAN_3")
}


OWN_IMAGES = {"sermo-web:latest", "sermo-worker:latest"}


def test_each_private_key_reaches_one_service_of_the_deployment() -> None:
    services = yaml.safe_load((project() / "docker-compose.yml").read_text())["services"]
    held = {
        name: PRIVATE & set(service.get("environment", {})) for name, service in services.items()
    }

    assert {name: keys for name, keys in held.items() if keys} == {
        "mailer": {"SERMO_KEY_MAIL_PRIVATE"},
        "sealed": {"SERMO_KEY_MODERATION_PRIVATE", "SERMO_KEY_INNER_PRIVATE"},
    }


def test_deployment_has_every_process_and_pins_every_image() -> None:
    services = yaml.safe_load((project() / "docker-compose.yml").read_text())["services"]

    assert {
        "web",
        "worker",
        "sealed",
        "mailer",
        "beat",
        "community",
        "identity",
        "redis",
        "cache",
        "minio",
        "mail",
    } <= set(services)
    for service in services.values():
        assert service["image"] in OWN_IMAGES or ":" in service["image"]
        assert service["image"] in OWN_IMAGES or not service["image"].endswith(":latest")


def test_each_store_has_a_server_with_a_volume_and_passwords_of_its_own() -> None:
    services = yaml.safe_load((project() / "docker-compose.yml").read_text())["services"]
    stores = [services["community"], services["identity"]]

    for store in stores:
        assert "config_file=/etc/sermo/postgres.conf" in store["command"]
        assert (
            "./sermo/local_stack/postgres_settings.conf:/etc/sermo/postgres.conf:ro"
            in store["volumes"]
        )
    for own in ("POSTGRES_PASSWORD", "STORE_PASSWORD", "STORE"):
        assert len({store["environment"][own] for store in stores}) == len(stores)
    assert len({store["volumes"][0] for store in stores}) == len(stores)
    settings = yaml.safe_load((project() / "docker-compose.yml").read_text())["x-settings"]
    assert "@community:" in settings["DATABASE_URL"]
    assert "@identity:" in settings["IDENTITY_DATABASE_URL"]


def test_cache_has_no_place_on_disk() -> None:
    cache = yaml.safe_load((project() / "docker-compose.yml").read_text())["services"]["cache"]

    options = dict(zip(cache["command"][1::2], cache["command"][2::2], strict=True))

    assert (options["--save"], options["--appendonly"]) == ("", "no")
    assert cache["read_only"] is True
    assert "volumes" not in cache
    assert cache["mem_limit"] == cache["memswap_limit"]


def test_worker_alone_runs_the_image_with_picture_libraries() -> None:
    services = yaml.safe_load((project() / "docker-compose.yml").read_text())["services"]
    own = {name: service for name, service in services.items() if service["image"] in OWN_IMAGES}
    dockerfile = (project() / "Dockerfile").read_text()

    assert {service["image"] for service in own.values()} == OWN_IMAGES
    for name, service in own.items():
        target = "worker" if name == "worker" else "web"
        assert service["image"] == f"sermo-{target}:latest"
        assert service["build"] == {"context": ".", "target": target}
        final = dockerfile.split(f"\nFROM base AS {target}\n")[1].split("\nFROM ")[0]
        assert f"COPY --from={target}-packages /venv /venv" in final
        assert "\nUSER 10001\n" in final
