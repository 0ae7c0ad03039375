"""`make scan`: bandit, semgrep with rules of our own, pip-audit, wapiti and sqlmap.

The scanners are installed into `.local/scan/venv`. wapiti and sqlmap attack a site that is started
for them, on this machine only, signed in and not, for a stated time. The exit status is 1 if there
is a finding that `docs/design/security.md` does not judge.
"""

from __future__ import annotations

import argparse
import sys

from tools.scan import code, environment, web
from tools.scan.findings import Result, judged, unjudged


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=120, help="for each attack by wapiti")
    parser.add_argument("--only", choices=["code", "web"], default=None)
    options = parser.parse_args()
    programs = environment.prepare()
    results: list[Result] = []
    if options.only != "web":
        results += [code.bandit(programs), *code.semgrep(programs), code.pip_audit(programs)]
    if options.only != "code":
        results += web.attack(programs, options.seconds)
    known = judged()
    print("\n| scanner | what it did | findings | not judged yet |\n|---|---|---|---|")
    for result in results:
        new = unjudged(result, known)
        print(f"| {result.scanner} | {result.scope} | {len(result.findings)} | {len(new)} |")
    new = [finding for result in results for finding in unjudged(result, known)]
    for finding in sorted(set(new)):
        print(f"not judged in docs/design/security.md: {finding.rule} in {finding.place}")
    failed = [result.scanner for result in results if result.failed]
    for scanner in failed:
        print(f"{scanner} did not finish its work")
    sys.exit(1 if new or failed else 0)


if __name__ == "__main__":
    main()
