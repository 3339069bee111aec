"""A server as a child process that cannot outlive the tests.

Each server gets a process group of its own, so that what it has started goes with it, and a guard: a shell that
waits on a pipe from us and ends the group when the pipe breaks, because pytest was killed. (The kernel's own
PR_SET_PDEATHSIG does not do: Postfix loses it when it changes its user, and it fires when the thread ends that
started the server.)
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

START_WITHIN = 15.0  # seconds; each takes under 1, a loaded machine gets more
STOP_WITHIN = 5.0  # seconds between the polite signal and SIGKILL
LOOK_EVERY = 0.02  # seconds

_GUARD = 'read -r _; kill -s "$1" -- "-$2"; sleep 2; kill -s KILL -- "-$2"'


class Child:
    """A server's master process; started and stopped as often as wanted on the same data.

    *farewell* is the signal that ends it without delay. Root starts it as *user* and the group
    of that name, where one is given.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        ready: Callable[[], bool],
        log: Path,
        farewell: signal.Signals = signal.SIGTERM,
        user: str | None = None,
    ) -> None:
        self._name = Path(command[0]).name
        self._command = command
        self._ready = ready
        self._log = log
        self._farewell = farewell
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the master; also its process group."""
        if self._process is None:
            raise RuntimeError(f"{self._name} is not running")
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready; its last words stand in the error if it never is."""
        if self._process is not None:
            raise RuntimeError(f"{self._name} is running already")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                user=self._user,
                group=self._user,
                extra_groups=[] if self._user else None,
            )
        self._guard = _guard(self._process.pid, self._farewell)
        try:
            self._wait_for(self._process)
        except BaseException:  # a Ctrl-C while waiting included: nothing half-started stays
            self.stop()
            raise

    def stop(self) -> None:
        """End the whole group: the farewell signal first, SIGKILL for what is left. Twice does no harm."""
        if self._process is None:
            return
        self._process.send_signal(self._farewell)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_WITHIN)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the whole group, as a power cut would; `start` goes on from what reached the disk."""
        process, self._process = self._process, None
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.kill()  # before the group: its id may be given away once the group is gone
            guard.communicate()
        if process is not None:
            _kill_family(process)

    def _wait_for(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_WITHIN
        while not self._ready():
            if process.poll() is not None:
                raise RuntimeError(f"{self._name} ended with {process.returncode}: {self._last_words()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self._name} does not answer: {self._last_words()}")
            time.sleep(LOOK_EVERY)

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]


def _kill_family(master: subprocess.Popen[bytes]) -> None:
    """SIGKILL to *master*, its group and its children until the last has let go of its ports.

    The children by themselves, because PostgreSQL's leave the group and keep the next start from the data.
    """
    family = _family(master.pid)
    deadline = time.monotonic() + STOP_WITHIN
    while alive := family & _family(None) | _family(master.pid):
        for pid in alive:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise RuntimeError(f"processes {sorted(alive)} do not die")
        time.sleep(LOOK_EVERY)
    master.wait()


def _family(master: int | None) -> set[int]:
    """Processes now running that *master* started or that are in its group, itself included; None: all there are.

    Zombies are left out: they hold nothing any more, and whoever adopted them reaps them when it likes.
    """
    running = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended while we looked
            state, parent, group = stat.read_text().rpartition(")")[2].split()[:3]
            if state not in "ZX" and (master is None or str(master) in (parent, group)):
                running.add(int(stat.parent.name))
    return running


def _guard(group: int, farewell: signal.Signals) -> subprocess.Popen[bytes]:
    name = farewell.name.removeprefix("SIG")
    return subprocess.Popen(
        ["sh", "-c", _GUARD, "guard", name, str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )


def answers(port: int) -> bool:
    """Whether somebody accepts connections on this loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
