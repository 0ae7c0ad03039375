"""T again: when emails were sent, against what happened then in whose cases.

Who reads the spool, or stands at the mail server, sees addresses and times; what happened in a case
stands in the community store. No key is needed for either.
"""

from __future__ import annotations

import datetime as dt
import email
import math
from collections import Counter, defaultdict
from email.utils import parsedate_to_datetime
from heapq import nlargest
from operator import itemgetter

from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen_data import HOUR, StolenData, moment

# An email that nothing explains, and an hour without the email it should have brought.
UNEXPLAINED, UNSENT = 0.7, 0.35
# So much better than the next best, in the logarithm, is believed.
MARGIN = 3.0
Hours = dict[str, set[dt.datetime]]


def email_times(stolen: StolenData) -> list[Claim]:
    """Address to account to what the account wrote; nothing without both spool and posts."""
    sent, happened = _sent(stolen), _happened(stolen)
    if not sent or not happened:
        return []
    rarity = Counter(hour for hours in happened.values() for hour in hours)
    weight = {hour: math.log(1 + len(happened) / n) for hour, n in rarity.items()}
    claims: list[Claim] = []
    for address, hours in sent.items():
        scores = {
            account: sum(weight[hour] for hour in hours & theirs)
            - UNEXPLAINED * len(hours - theirs)
            - UNSENT * len(theirs - hours)
            for account, theirs in happened.items()
        }
        (best, top), *rest = nlargest(2, scores.items(), key=itemgetter(1))
        sure = 0.95 if not rest or top - rest[0][1] > MARGIN else 0.4
        claims += [
            Claim("T", "named_person", post.public_id, f"email:{address}", 1.0, sure)
            for post in stolen.posts.values()
            if top > 0 and post.author == best
        ]
    return claims


def _sent(stolen: StolenData) -> Hours:
    """Address to the hours in which anything left for it."""
    matches: Hours = defaultdict(set)
    for record in stolen.loose:
        if record.store == "ML":
            message = email.message_from_string(str(record.row["text"]))
            if message["To"] and message["Date"]:
                at = parsedate_to_datetime(message["Date"]).replace(tzinfo=dt.UTC)
                matches[str(message["To"]).lower()].add(_hour(at))
    return matches


def _happened(stolen: StolenData) -> Hours:
    """Account that wants mail to the hours of events in its cases and of replies to it."""
    subjects = {
        post.key: post.author
        for post in stolen.posts.values()
        if post.author in stolen.accounts and stolen.accounts[post.author].row["wants_mail"]
    }
    matches: Hours = defaultdict(set)
    for record in stolen.community.get("notifications_event", ()):
        at = moment(str(record.row["happened_at"]))
        for about in (record.row["subject"], record.row["parent_comment_id"]):
            owner = subjects.get(str(about or "").replace("-", ""))
            if owner and at:
                matches[owner] |= {_hour(at), _hour(at) + HOUR}
    return matches


def _hour(at: dt.datetime) -> dt.datetime:
    return at.replace(minute=0, second=0, microsecond=0)
