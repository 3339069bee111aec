"""A real MariaDB on loopback, in one folder, unsafe against power cuts and therefore quick."""

import getpass
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.servers.child import Child
from tests.servers.installed import NOT_INSTALLED
from tests.servers.ports import free_port

SERVER = Path("/usr/sbin/mariadbd")
INSTALL_DB = Path("/usr/bin/mariadb-install-db")
CLIENT = Path("/usr/bin/mariadb")
PING = Path("/usr/bin/mariadb-admin")
USER = "mailbot"  # owns everything; no password on loopback


def why_no_mariadb() -> str | None:
    """A phrase for the reader of the test run; None: it can run."""
    return None if all(file.exists() for file in (SERVER, INSTALL_DB, CLIENT, PING)) else NOT_INSTALLED


class MariaDbServer:
    """Fresh databases, one call each, as a web host gives them: utf8mb4 with its usual collation.

    MariaDB refuses to run as root: root hands it to Debian's `mysql`.
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._names = (f"mailbot_{number}" for number in itertools.count(1))
        self._user = "mysql" if os.geteuid() == 0 else None
        self._data, self._socket = folder / "data", folder / "m.sock"
        if self._user:
            shutil.chown(folder, self._user, self._user)
        self._make()
        self._child = Child(
            [str(SERVER), "--no-defaults", *self._settings()],
            ready=self._answers,
            log=folder / "mariadb.log",
            farewell=signal.SIGTERM,
            user=self._user,
        )

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._child.pid

    def start(self) -> None:
        """Start on what the folder holds."""
        self._child.start()
        self._say(
            f"CREATE USER IF NOT EXISTS {USER}@'127.0.0.1'",
            f"GRANT ALL ON *.* TO {USER}@'127.0.0.1' WITH GRANT OPTION",
        )

    def stop(self) -> None:
        """Stop politely; open sessions are ended."""
        self._child.stop()

    def kill(self) -> None:
        """SIGKILL; the next start recovers from the log."""
        self._child.kill()

    def database(self) -> str:
        """URL of a database made now, empty, for SQLAlchemy with aiomysql."""
        name = next(self._names)
        self._say(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return f"mysql+aiomysql://{USER}@127.0.0.1:{self.port}/{name}?charset=utf8mb4"

    def version(self) -> str:
        """As the server says it."""
        return self._say("SELECT version()").splitlines()[-1]

    def _make(self) -> None:
        who = [f"--user={self._user or getpass.getuser()}"]
        options = [
            "--auth-root-authentication-method=socket",
            f"--auth-root-socket-user={who[0][7:]}",
            "--skip-test-db",
        ]
        self._as_owner([str(INSTALL_DB), "--no-defaults", f"--datadir={self._data}", *who, *options])

    def _settings(self) -> Sequence[str]:
        settings = {
            "datadir": str(self._data),
            "socket": str(self._socket),
            "pid-file": str(self._data / "server.pid"),
            "port": str(self.port),
            "bind-address": "127.0.0.1",
            "innodb-flush-log-at-trx-commit": "0",
            "innodb-buffer-pool-size": "128M",
            "max-connections": "200",
        }
        return [f"--{name}={value}" for name, value in settings.items()] + ["--skip-name-resolve"]

    def _answers(self) -> bool:
        ping = [str(PING), "--no-defaults", f"--socket={self._socket}", "--connect-timeout=2", "ping"]
        return subprocess.run(ping, check=False, capture_output=True).returncode == 0

    def _say(self, *statements: str) -> str:
        client = [str(CLIENT), "--no-defaults", f"--socket={self._socket}", "--execute", ";".join(statements)]
        return self._as_owner(client)

    def _as_owner(self, command: Sequence[str]) -> str:
        """What *command* prints, run as the owner of the data, who is the server's root by his name."""
        done = subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
        )
        return done.stdout
