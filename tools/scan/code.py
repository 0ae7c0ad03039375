"""The scanners that read: code, templates, pinned packages."""

from __future__ import annotations

import json
from pathlib import Path

from sermo.local_stack.paths import project
from tools.scan.environment import Programs
from tools.scan.findings import Finding, Result

PRODUCT = ("sermo", "accounts", "verification", "cases", "polls")
RULES = Path(__file__).with_name("rules")
LOCK_FILES = ("requirements.txt", "tests/requirements.txt")


def bandit(programs: Programs) -> Result:
    """The product without its migrations."""
    folders = [str(project() / name) for name in PRODUCT]
    done = programs.run("bandit", "-q", "-r", "-f", "json", "-x", "*/migrations/*", *folders)
    scope = "the product's Python"
    if done is None or not done.stdout.strip():
        return Result("bandit", scope, failed=True)
    rows = json.loads(done.stdout)["results"]
    found = [Finding(f"bandit {row['test_id']}", _relative(row["filename"])) for row in rows]
    return Result("bandit", scope, found)


def semgrep(programs: Programs) -> list[Result]:
    """First the rules on their own examples, then the product. No rule comes from a network."""
    tested = programs.run("semgrep", "--test", "--metrics", "off", str(RULES))
    examples = Result(
        "semgrep --test",
        "each rule on its examples",
        failed=tested is None or tested.returncode != 0,
    )
    folders = [str(project() / name) for name in (*PRODUCT, "templates")]
    options = ("--metrics", "off", "--disable-version-check", "--json", "--no-git-ignore")
    done = programs.run("semgrep", "scan", *options, "--config", str(RULES), *folders)
    scope = "the product's Python and templates, rules of tools/scan/rules"
    if done is None or not done.stdout.strip():
        return [examples, Result("semgrep", scope, failed=True)]
    rows = json.loads(done.stdout)["results"]
    found = [
        Finding(f"semgrep {row['check_id'].rpartition('.')[2]}", _relative(row["path"]))
        for row in rows
    ]
    return [examples, Result("semgrep", scope, found)]


def pip_audit(programs: Programs) -> Result:
    """Known weaknesses of what is pinned, where the index of this machine has advisories."""
    found: list[Finding] = []
    unknown = total = 0
    for name in LOCK_FILES:
        options = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "-f", "json")
        done = programs.run("pip-audit", "-r", str(project() / name), *options, seconds=300)
        if done is None or not done.stdout.strip():
            return Result("pip-audit", f"no index answered for {name}: nothing was audited")
        for package in json.loads(done.stdout)["dependencies"]:
            total += 1
            unknown += "skip_reason" in package
            for weakness in package.get("vulns", ()):
                found.append(Finding(f"pip-audit {weakness['id']}", package["name"]))
    scope = (
        f"{total - unknown} of {total} pinned packages; for the others no advisory was reachable"
    )
    return Result("pip-audit", scope, found)


def _relative(path: str) -> str:
    return Path(path).resolve().relative_to(project()).as_posix()
