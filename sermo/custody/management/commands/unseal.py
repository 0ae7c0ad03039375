"""The two-person ceremony.

unseal ask KIND PUBLIC_ID --reason FILE --requester "Name <address>" --custodians 1-3 --key-out F
unseal take NUMBER --out FILE
unseal peel FILE --key CUSTODIAN_KEY --told FINGERPRINT --out FILE     (twice, offline)
unseal open NUMBER FILE --key REQUESTER_KEY                            (a contribution)
unseal recover NUMBER --custodians 1-3     and     unseal return NUMBER FILE   (a membership)
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
from sermo.custody import (
    break_glass,
    ceremony,
    custodians,
    decrypt_layer,
    files,
    recovery,
)
from sermo.custody.ceremony import Refused
from sermo.moderation.models import AuthorDisclosure
from sermo.moderation.selectors import targets


class Command(BaseCommand):
    help = "Open one contribution to one person, or give a member back, by two of three custodians."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        ask = verbs.add_parser("ask", help="begin: one contribution, one reason, one person")
        ask.add_argument("kind", choices=["case", "comment"])
        ask.add_argument("public_id")
        ask.add_argument("--reason", type=Path, required=True, help="a file with the reason")
        ask.add_argument("--requester", required=True, help="Name <address>")
        ask.add_argument("--key-out", type=Path, required=True, help="where your key is written")
        ask.add_argument("--hold-until", type=dt.date.fromisoformat, help="a legal hold's last day")
        recover = verbs.add_parser("recover", help="begin: give a member back to their own")
        recover.add_argument("number")
        for verb in (ask, recover):
            verb.add_argument("--custodians", required=True, choices=ceremony.PAIRS)
            verb.add_argument("--hours", type=int, default=24, help="when the request ends")
        take = verbs.add_parser("take", help="the file for the first custodian")
        take.add_argument("number")
        take.add_argument("--out", type=Path, required=True)
        decrypt_layer.add_arguments(verbs.add_parser("peel", help="a custodian's half, offline"))
        open_ = verbs.add_parser("open", help="read what two custodians brought")
        open_.add_argument("number")
        open_.add_argument("file", type=Path)
        open_.add_argument("--key", type=Path, required=True)
        back = verbs.add_parser("return", help="lay down what two custodians brought")
        back.add_argument("number")
        back.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        verbs: dict[str, Callable[[argparse.Namespace], str]] = {
            "ask": _ask,
            "recover": _recover,
            "take": _take,
            "peel": _peel,
            "open": _open,
            "return": _return,
        }
        try:
            self.stdout.write(verbs[options["verb"]](argparse.Namespace(**options)))
        except Refused as refused:
            raise CommandError(str(refused)) from None


def _ask(given: argparse.Namespace) -> str:
    try:
        item = targets.authored_post(targets.get_target(given.kind, given.public_id))
    except Http404:
        raise Refused("There is no such contribution.") from None
    if item is None:
        raise Refused("Nobody's identity is sealed into this.")
    recipient = files.new_requester_key(given.key_out)
    unsealing = break_glass.ask(
        item=item,
        reason=files.read(given.reason),
        requester=custodians.Holder.parse(given.requester),
        pair=given.custodians,
        recipient=recipient,
        hours=given.hours,
        notify_on=given.hold_until,
    )
    return (
        f"Request {unsealing.public_id}, until {unsealing.expires_at:%Y-%m-%d %H:%M} UTC.\n"
        f"Tell both custodians by telephone: {fingerprint(recipient)}"
    )


def _recover(given: argparse.Namespace) -> str:
    request = _recovery(given.number)
    recovery.hand_out(request=request, pair=given.custodians, hours=given.hours)
    return f"Request {request.public_id} is handed out; take it once the sealed worker has been."


def _take(given: argparse.Namespace) -> str:
    unsealing = AuthorDisclosure.objects.filter(public_id=given.number).first()
    errand = break_glass.take(unsealing) if unsealing else recovery.take(_recovery(given.number))
    files.write_new(given.out, ceremony.dump(errand))
    return f"For custodian {errand.pair[0]}, then custodian {errand.pair[2]}: {given.out}"


def _peel(given: argparse.Namespace) -> str:
    done = decrypt_layer.peel(given.errand, given.key, given.told, given.out)
    return f"Layer {done.step - 1} of 2 is off."


def _open(given: argparse.Namespace) -> str:
    unsealing = AuthorDisclosure.objects.filter(public_id=given.number).first()
    if unsealing is None:
        raise Refused("There is no such request.")
    found = break_glass.open_(
        unsealing=unsealing,
        errand=ceremony.load(files.read(given.file)),
        private=files.read_requester_key(given.key),
    )
    return f"{found.name} <{found.email}>"


def _return(given: argparse.Namespace) -> str:
    request = _recovery(given.number)
    recovery.bring_back(request=request, errand=ceremony.load(files.read(given.file)))
    return "Laid down. Its owner has been written to."


def _recovery(number: str) -> RecoveryRequest:
    request = RecoveryRequest.objects.filter(public_id=number).first()
    if request is None:
        raise Refused("There is no such request.")
    return request
