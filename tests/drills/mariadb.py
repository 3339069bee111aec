"""`make drill-mariadb`: every right, on every schema, on a real MariaDB; the last line is JSON: {"ok": true, ...}.

    python -m tests.drills.mariadb [-k EXPRESSION]

The whole suite of tests/rights with MariaDB as its only database. What is known to be missing there is counted as
such; what fails, and what does not fail any more although it should, is named.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field

import pytest

from tests.servers.mariadb import SERVER, why_no_mariadb


@dataclass(slots=True, eq=False)
class Seen:
    """How the tests went, told by pytest itself."""

    passed: int = 0
    missing: list[str] = field(default_factory=list)  # expected to fail, and fails
    failed: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Each phase of each test."""
        if report.failed:
            self.failed.append(report.nodeid.partition("::")[2])
        elif report.skipped and hasattr(report, "wasxfail"):
            self.missing.append(report.nodeid.partition("::")[2])
        elif report.passed and report.when == "call":
            self.passed += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read is a failure too."""
        if report.failed:
            self.failed.append(report.nodeid)


def drill(chosen: str) -> dict[str, object]:
    """The last line."""
    began, seen = time.monotonic(), Seen()
    os.environ["MAILBOT_RIGHTS_ON_MARIADB"] = "1"  # noqa: TID251 - for the tests of this process alone
    only = ["-k", chosen] if chosen else []
    elsewhere = ["--ignore", "tests/rights/test_killed.py"]  # needs no MariaDB
    pytest.main(["-q", "-p", "no:cacheprovider", "tests/rights", *elsewhere, *only], plugins=[seen])
    server = subprocess.run([SERVER, "--version"], check=True, capture_output=True, text=True).stdout
    return {
        "ok": seen.passed > 0 and not seen.failed,
        "server": server.split()[2],
        "passed": seen.passed,
        "missing": len(seen.missing),
        "failed": seen.failed,
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("-k", default="", metavar="EXPRESSION", help="only these tests, as pytest chooses them")
    given = options.parse_args()
    why_not = why_no_mariadb()
    verdict = {"ok": False, "failed": f"MariaDB: {why_not}"} if why_not else drill(given.k)
    print(json.dumps(verdict, ensure_ascii=False))
    return 0 if verdict["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
