"""Which servers this machine can run for the tests, and why not the others."""

import os
import shutil
import subprocess
from pathlib import Path

DOVECOT = Path("/usr/sbin/dovecot")
DOVECOT_PARTS = Path("/usr/lib/dovecot")
POSTFIX_MASTER = Path("/usr/lib/postfix/sbin/master")
POSTGRES_PARTS = Path("/usr/lib/postgresql")  # not the wrappers on PATH: they may be anything

NOT_INSTALLED = "not installed; MAILBOT_INSTALL_SERVERS=1 make test installs them"
OTHER_DOVECOT = "the tests speak to Dovecot 2.3, of Debian 12; 2.4 is configured in another language"
NEEDS_ROOT = "runs as root only"


def postgres_binaries() -> Path | None:
    """The bin folder of the newest PostgreSQL from Debian's packages."""
    found = [initdb.parent for initdb in POSTGRES_PARTS.glob("*/bin/initdb")]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


def why_no_dovecot() -> str | None:
    """A phrase for the reader of the test run; None: it can run."""
    wanted = (DOVECOT, DOVECOT_PARTS / "imap", DOVECOT_PARTS / "lmtp")
    if not all(file.exists() for file in wanted) or shutil.which("openssl") is None:
        return NOT_INSTALLED
    version = subprocess.run([DOVECOT, "--version"], capture_output=True, text=True, check=True).stdout
    return None if version.startswith("2.3.") else OTHER_DOVECOT


def why_no_postfix() -> str | None:
    """As `why_no_dovecot`. Postfix delivers into Dovecot, so it needs that as well."""
    if not POSTFIX_MASTER.exists():
        return NOT_INSTALLED
    return why_no_dovecot() or (None if os.geteuid() == 0 else NEEDS_ROOT)


def why_no_postgres() -> str | None:
    """As `why_no_dovecot`."""
    return None if postgres_binaries() else NOT_INSTALLED
