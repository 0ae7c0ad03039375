"""Break-glass and recovery by two of three custodians.

unseal request KIND PUBLIC_ID --reason FILE --requester "Name <address>" --custodians 1-3
               --key-out FILE
unseal export NUMBER --out FILE
unseal decrypt-layer FILE --key CUSTODIAN_KEY --fingerprint DIGITS --out FILE     (twice, offline)
unseal disclose NUMBER FILE --key REQUESTER_KEY                                   (a post)
unseal recover NUMBER --custodians 1-3     and     unseal return NUMBER FILE      (a membership)
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import Http404

from accounts.models import RecoveryRequest
from sermo.core.crypto import fingerprint
from sermo.custody import break_glass, decrypt_layer, recovery
from sermo.custody.custodians import NamedPerson
from sermo.custody.errors import CustodyRefusal
from sermo.custody.offline import custodian_file, private_files
from sermo.moderation.models import AuthorDisclosure
from sermo.moderation.selectors import targets


class Command(BaseCommand):
    help = "Disclose the author of a post, or return a membership, by two of three custodians."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        request = verbs.add_parser("request", help="begin: one post, one reason, one person")
        request.add_argument("kind", choices=["case", "comment"])
        request.add_argument("public_id")
        request.add_argument("--reason", type=Path, required=True, help="a file with the reason")
        request.add_argument("--requester", required=True, help="Name <address>")
        request.add_argument("--key-out", type=Path, required=True, help="your key is written here")
        request.add_argument(
            "--hold-until", type=dt.date.fromisoformat, help="the last day of a legal hold"
        )
        recover = verbs.add_parser("recover", help="begin: return a membership to its owner")
        recover.add_argument("number")
        for verb in (request, recover):
            verb.add_argument("--custodians", required=True, choices=custodian_file.CUSTODIAN_PAIRS)
            verb.add_argument("--hours", type=int, default=24, help="when the request ends")
        export = verbs.add_parser("export", help="the file for the first custodian")
        export.add_argument("number")
        export.add_argument("--out", type=Path, required=True)
        decrypt_layer.add_arguments(
            verbs.add_parser("decrypt-layer", help="a custodian's part, offline")
        )
        disclose = verbs.add_parser("disclose", help="read what two custodians decrypted")
        disclose.add_argument("number")
        disclose.add_argument("file", type=Path)
        disclose.add_argument("--key", type=Path, required=True)
        return_ = verbs.add_parser("return", help="store what two custodians decrypted")
        return_.add_argument("number")
        return_.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        verbs: dict[str, Callable[[argparse.Namespace], str]] = {
            "request": _request,
            "recover": _recover,
            "export": _export,
            "decrypt-layer": _decrypt_layer,
            "disclose": _disclose,
            "return": _return,
        }
        try:
            self.stdout.write(verbs[options["verb"]](argparse.Namespace(**options)))
        except CustodyRefusal as refusal:
            raise CommandError(str(refusal)) from None


def _request(options: argparse.Namespace) -> str:
    try:
        post = targets.authored_post(targets.get_target(options.kind, options.public_id))
    except Http404:
        raise CustodyRefusal("There is no such contribution.") from None
    if post is None:
        raise CustodyRefusal("Nobody's identity is sealed into this.")
    public_key = private_files.new_requester_key(options.key_out)
    disclosure = break_glass.request_disclosure(
        break_glass.DisclosureRequest(
            post=post,
            reason=private_files.read(options.reason),
            requester=NamedPerson.parse(options.requester),
            custodian_pair=options.custodians,
            recipient_public_key=public_key,
            hours=options.hours,
            notify_on=options.hold_until,
        )
    )
    return (
        f"Request {disclosure.public_id}, until {disclosure.expires_at:%Y-%m-%d %H:%M} UTC.\n"
        f"Tell both custodians by telephone: {fingerprint(public_key)}"
    )


def _recover(options: argparse.Namespace) -> str:
    request = _recovery_request(options.number)
    recovery.start_recovery(request=request, custodian_pair=options.custodians, hours=options.hours)
    return f"Request {request.public_id} is handed out; take it once the sealed worker has been."


def _export(options: argparse.Namespace) -> str:
    disclosure = AuthorDisclosure.objects.filter(public_id=options.number).first()
    file = (
        break_glass.file_for_custodians(disclosure)
        if disclosure
        else recovery.file_for_custodians(_recovery_request(options.number))
    )
    private_files.write_new(options.out, custodian_file.dump(file))
    first, second = file.custodian_pair.split("-")
    return f"For custodian {first}, then custodian {second}: {options.out}"


def _decrypt_layer(options: argparse.Namespace) -> str:
    file = decrypt_layer.decrypt_layer_of_file(
        options.file, options.key, options.fingerprint, options.out
    )
    return f"Layer {file.step - 1} of 2 is off."


def _disclose(options: argparse.Namespace) -> str:
    disclosure = AuthorDisclosure.objects.filter(public_id=options.number).first()
    if disclosure is None:
        raise CustodyRefusal("There is no such request.")
    author = break_glass.disclose_author(
        disclosure=disclosure,
        file=custodian_file.load(private_files.read(options.file)),
        private_key=private_files.read_requester_key(options.key),
    )
    return f"{author.name} <{author.email}>"


def _return(options: argparse.Namespace) -> str:
    file = custodian_file.load(private_files.read(options.file))
    recovery.return_credential(request=_recovery_request(options.number), file=file)
    return "Laid down. Its owner has been written to."


def _recovery_request(number: str) -> RecoveryRequest:
    """Raises `CustodyRefusal` if there is none of this number."""
    request = RecoveryRequest.objects.filter(public_id=number).first()
    if request is None:
        raise CustodyRefusal("There is no such request.")
    return request
