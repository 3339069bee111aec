"""A real PostgreSQL on loopback, in one folder, unsafe against power cuts and therefore quick."""

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.servers.child import Child
from tests.servers.installed import postgres_binaries
from tests.servers.ports import free_port

USER = "mailbot"  # owns everything; no password on loopback


class PostgresServer:
    """Fresh databases, one call each. PostgreSQL refuses to run as root: root hands it to Debian's `postgres`."""

    def __init__(self, folder: Path) -> None:
        binaries = postgres_binaries()
        if binaries is None:
            raise RuntimeError("PostgreSQL is not installed")
        self.port = free_port()
        self._binaries = binaries
        self._names = (f"mailbot_{number}" for number in itertools.count(1))
        self._user = "postgres" if os.geteuid() == 0 else None
        data = folder / "data"
        self._make_cluster(data)
        self._child = Child(
            [str(binaries / "postgres"), "-D", str(data), *self._settings()],
            ready=self._answers,
            log=folder / "postgres.log",
            farewell=signal.SIGINT,  # "fast": ends open sessions; TERM would wait for them
            user=self._user,
        )

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        return self._child.pid

    def start(self) -> None:
        """Start on what the folder holds."""
        self._child.start()

    def stop(self) -> None:
        """Stop politely; open sessions are ended."""
        self._child.stop()

    def kill(self) -> None:
        """SIGKILL; the next start recovers from the log."""
        self._child.kill()

    def database(self) -> str:
        """URL of a database made now, empty, for SQLAlchemy with asyncpg."""
        name = next(self._names)
        self._run("createdb", *self._where(), name)
        return f"postgresql+asyncpg://{USER}@127.0.0.1:{self.port}/{name}"

    def _make_cluster(self, data: Path) -> None:
        data.mkdir(mode=0o700)
        if self._user:
            shutil.chown(data, self._user, self._user)
        options = ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--username", USER]
        initdb = [str(self._binaries / "initdb"), *options, "--pgdata", str(data)]
        subprocess.run(
            initdb,
            check=True,
            capture_output=True,
            cwd="/",
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
        )

    def _settings(self) -> Sequence[str]:
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": "200",
        }
        return [f"--{name}={value}" for name, value in settings.items()]

    def _answers(self) -> bool:
        ready = [str(self._binaries / "pg_isready"), *self._where(), "--quiet"]
        return subprocess.run(ready, check=False).returncode == 0

    def _where(self) -> Sequence[str]:
        return ["--host", "127.0.0.1", "--port", str(self.port), "--username", USER]

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([str(self._binaries / program), *arguments], check=True, capture_output=True)
