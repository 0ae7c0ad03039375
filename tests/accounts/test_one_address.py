"""Two spellings of an address are one account, from sign-up to the letter that is sent."""

from __future__ import annotations

import base64
import importlib
import socket
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.core.mail import EmailMessage
from django.db import connections
from django.test import Client

from accounts.models import User
from sermo.core import keys, mail
from sermo.core.identifiers import normalise_email
from sermo.routers import IDENTITY
from tests.accounts.conftest import sent_emails, sign_in
from tests.factories import PASSWORD
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
# A name and a domain that are not ASCII.
ADDRESS = "jörg@xn--klinik-sd-x9a.example"
SPELLINGS = [
    ADDRESS,
    "Jörg@Klinik-Süd.example",
    "JÖRG@KLINIK-SÜD.EXAMPLE.",
    "jo\u0308rg@klinik-su\u0308d.example",
    "\uff4aörg\uff20klinik-süd\u3002example",
    " j\u200börg@XN--klinik-sd-x9a.example ",
]
SPELLING = pytest.mark.parametrize("typed", SPELLINGS)


def sign_up(typed: str, client: Client | None = None) -> Any:
    client = client or Client()
    return client.post("/accounts/signup/", {"email": typed, "password1": PASSWORD})


def make_account(email: str = ADDRESS) -> User:
    user = User.objects.create_user(email=email, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@SPELLING
def test_a_name_in_any_script_signs_up_and_in(client: Client, typed: str) -> None:
    answer = sign_up(typed, client)
    [email] = sent_emails()
    client.post(answer["Location"], {"code": email.code})
    client.post("/accounts/logout/")

    assert email.to == ADDRESS
    assert sign_in(client, typed)["Location"] == "/accounts/welcome/"


@SPELLING
def test_another_spelling_is_the_same_account(typed: str) -> None:
    user = make_account()

    sign_up(typed)

    assert User.objects.get() == user
    assert User.objects.get(email=typed) == user
    assert EmailAddress.objects.get(email__iexact=typed).user == user
    assert sent_emails()[-1].subject == "You have an account already"
    assert sign_in(Client(), typed)["Location"] == "/accounts/welcome/"


@SPELLING
def test_a_reset_goes_to_the_address_of_the_account(typed: str) -> None:
    make_account()

    answer = Client().post("/accounts/password/reset/", {"email": typed})

    assert answer.status_code == 302
    assert [email.to for email in sent_emails()] == [ADDRESS]


def test_all_spellings_share_one_counter() -> None:
    make_account()
    for number, typed in enumerate(SPELLINGS):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), typed, "a-wrong-synthetic-phrase")

    assert sign_in(Client(), ADDRESS).status_code == 200


@SPELLING
def test_another_address_may_be_of_any_script_and_is_checked_for_its_owner(typed: str) -> None:
    make_account("casey@mail.example")
    device = Client()
    sign_in(device, "casey@mail.example")
    device.post("/accounts/reauthenticate/", {"password": PASSWORD})

    device.post("/accounts/email/", {"email": typed, "action_add": ""})

    assert sent_emails()[-1].to == ADDRESS


def test_the_field_lets_browsers_send_a_name_in_any_script() -> None:
    """A field of type email refuses it before it is sent."""
    for address in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        page = Client().get(address).content.decode()

        assert 'type="email"' not in page
        assert 'inputmode="email"' in page


def store_as_before(table: str, user: User, address: str) -> None:
    """The column as the earlier rule wrote it: without spaces and in lower case."""
    key = keys.current(keys.KeyName.EMAIL)
    ciphertext = AESSIV(key.derive("email")).encrypt(address.strip().lower().encode(), None)
    encoded = base64.b64encode(ciphertext).decode()
    column = "id" if table == "accounts_user" else "user_id"
    with connections[IDENTITY].cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET email = %s WHERE {column} = %s",  # noqa: S608
            [f"siv{key.version}:{encoded}", user.pk],
        )


def migrate() -> None:
    migration = importlib.import_module("accounts.migrations.0007_one_spelling_of_addresses")
    migration.respell(None, SimpleNamespace(connection=connections[IDENTITY]))


def test_an_account_from_before_is_found_after_the_migration() -> None:
    user = make_account("placeholder@mail.example")
    other = make_account("casey@mail.example")
    for table in ("accounts_user", "account_emailaddress"):
        store_as_before(table, user, "casey@klinik-süd.example")
    assert not User.objects.filter(email="casey@klinik-süd.example").exists()

    migrate()
    migrate()

    assert User.objects.get(email="casey@klinik-süd.example") == user
    assert User.objects.get(pk=user.pk).email == "casey@xn--klinik-sd-x9a.example"
    assert sign_in(Client(), "casey@klinik-süd.example")["Location"] == "/accounts/welcome/"
    assert User.objects.get(email="casey@mail.example") == other


def test_two_accounts_of_one_address_stay_as_they_are(
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = make_account("casey@xn--klinik-sd-x9a.example")
    second = make_account("placeholder@mail.example")
    for table in ("accounts_user", "account_emailaddress"):
        store_as_before(table, second, "casey@klinik-süd.example")

    migrate()

    assert User.objects.get(email="casey@klinik-süd.example") == first
    assert User.objects.get(pk=second.pk).email == "casey@klinik-süd.example"
    assert "2 accounts share an address in two spellings" in caplog.text
    assert "casey" not in caplog.text


class MailServer(threading.Thread):
    """Receives one message by SMTP, and says whether it takes international addresses."""

    def __init__(self, *, international: bool) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.extensions = ["SMTPUTF8", "8BITMIME"] if international else ["8BITMIME"]
        self.commands: list[str] = []
        self.text = ""

    def run(self) -> None:
        with self.listener:
            connection, _ = self.listener.accept()
        connection.settimeout(MAX_WAIT_SECONDS)
        with connection, connection.makefile("rwb") as wire:
            self._say(wire, "220 ready")
            while line := wire.readline():
                command = line.decode().strip()
                self.commands.append(command)
                verb = command[:4].upper()
                if verb == "EHLO":
                    for name in ("mail.example", *self.extensions):
                        self._say(wire, f"250-{name}")
                    self._say(wire, "250 HELP")
                elif verb == "DATA":
                    self._say(wire, "354 go on")
                    self.text = "".join(self._lines(wire))
                    self._say(wire, "250 kept")
                elif verb == "QUIT":
                    self._say(wire, "221 bye")
                    return
                else:
                    self._say(wire, "250 ok")

    @staticmethod
    def _lines(wire: Any) -> Iterator[str]:
        while (line := wire.readline()) != b".\r\n":
            yield line.decode()

    @staticmethod
    def _say(wire: Any, text: str) -> None:
        wire.write(f"{text}\r\n".encode())
        wire.flush()


@pytest.fixture
def mail_server(settings: Any, socket_enabled: None) -> Callable[[bool], MailServer]:
    def start(international: bool) -> MailServer:
        server = MailServer(international=international)
        server.start()
        settings.SERMO_MAIL_URL = f"smtp://127.0.0.1:{server.port}"
        return server

    return start


def letter() -> EmailMessage:
    return EmailMessage("Your code", "ABC-DEF", "Sermo <no-reply@sermo.example>", [ADDRESS])


def test_a_letter_reaches_a_name_in_any_script(mail_server: Callable[[bool], MailServer]) -> None:
    server = mail_server(True)

    mail.transport().send_messages([letter()])
    server.join(MAX_WAIT_SECONDS)

    [sender] = [line for line in server.commands if line.upper().startswith("MAIL")]
    assert "SMTPUTF8" in sender.upper()
    assert f"rcpt TO:<{ADDRESS}>" in server.commands
    assert f"To: {ADDRESS}" in server.text
    assert "ABC-DEF" in server.text


def test_a_server_that_takes_no_such_name_is_an_error_that_is_tried_again(
    mail_server: Callable[[bool], MailServer],
) -> None:
    server = mail_server(False)

    with pytest.raises(OSError, match="SMTPUTF8"):
        mail.transport().send_messages([letter()])
    server.join(MAX_WAIT_SECONDS)


def test_a_letter_in_the_folder_of_the_demonstration_names_its_reader(
    settings: Any, tmp_path: Any
) -> None:
    settings.SERMO_MAIL_URL = f"file:{tmp_path}"

    mail.transport().send_messages([letter()])

    [file] = tmp_path.glob("*.eml")
    assert f"To: {ADDRESS}" in file.read_text()
    assert normalise_email(ADDRESS) == ADDRESS
