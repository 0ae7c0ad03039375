"""Local copies of published registers: `manage.py import_register KIND FILE`.

The shipped samples (`manage.py import_register --samples`) are synthetic and in the published
formats. With them, and `univhospital.example` among SERMO_INSTITUTIONAL_DOMAINS (the demo's
setting), a newcomer to the demo meets each way through verification:

| country | number | name | e-mail at sign-up | what happens |
|---|---|---|---|---|
| US | 2999000013 | Blake Placeholder | …@univhospital.example | approved by the worker |
| GB | 9999016 | Quinn Fixture | …@univhospital.example | approved by the worker |
| US | 2999000112 | Lane Placeholder | any | a code goes to the register's mailbox, then approved |
| US | 2999000021 | Casey Sampleton | any | to a reviewer: the register shows a trainee |
| US | 2999000195 | any | any | to a reviewer: the register does not hold the number |
| US | 2999000039 | Dana Sandboxer | any | refused: the register shows a nurse |

Any birth date of an adult will do: these registers publish none. A name that differs goes to a
reviewer, and so does a number that somebody else holds or claims, as the demo's applicants do with
2999000054, 9999017 and 99990000012.
"""

from __future__ import annotations

from pathlib import Path

SAMPLES = Path(__file__).resolve().parent / "samples"
