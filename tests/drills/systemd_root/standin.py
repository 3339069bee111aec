"""What `mailbot run` promises systemd, and nothing else: the drill's stand-in for the real program.

Started as `mailbot run --config FILE`. Its status line says which credentials it has read, how often it was
reloaded, and what its sandbox broke or failed to forbid.
"""

import ctypes
import importlib
import importlib.util
import mmap
import os
import signal
import socket
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from mailbot.adapters.notify import SystemdNotify

NATIVE = (
    "asyncpg.protocol.protocol", "greenlet", "lxml.etree", "msgspec", "sqlalchemy.util._collections_cy",
    "sqlite3", "ssl",
)  # fmt: skip
OPTIONAL = ("cryptography.hazmat.bindings._rust", "cffi")
HIDDEN = ("/root", "/home/anybody")
READ_ONLY = ("/", "/etc", "/var")
OWN = (".", "/tmp")  # noqa: S108 - the unit's private one
LETTER_IN_HAND = 0.5  # seconds that finishing it takes
MISCONFIGURED = 2
EVENTS = {signal.SIGHUP, signal.SIGTERM}


def main() -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, EVENTS)
    config = Path(sys.argv[sys.argv.index("--config") + 1])
    notify = SystemdNotify(os.environ.get("NOTIFY_SOCKET"))  # noqa: TID251 - a program of its own
    if not readable(config):
        return MISCONFIGURED
    reloads = 0
    beat = int(os.environ["WATCHDOG_USEC"]) / 2_000_000  # noqa: TID251 - a program of its own
    notify.status(report(reloads))
    notify.ready()
    while (event := signal.sigtimedwait(EVENTS, beat)) is None or event.si_signo == signal.SIGHUP:
        notify.watchdog()
        if event is not None:
            notify.reloading(time.monotonic_ns() // 1000)
            reloads += readable(config)
            notify.status(report(reloads))
            notify.ready()
    notify.stopping()
    time.sleep(LETTER_IN_HAND)
    return 0


def readable(config: Path) -> bool:
    try:
        tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        print(f"{config}: {exc}", file=sys.stderr)
        return False
    return True


def report(reloads: int) -> str:
    folder = Path(os.environ["CREDENTIALS_DIRECTORY"])  # noqa: TID251 - a program of its own
    credentials = sum(len(path.read_text()) > 1 for path in folder.iterdir())
    return f"credentials={credentials} reloads={reloads} broken={','.join(broken()) or 'nothing'}"


def broken() -> list[str]:
    """Native modules that do not load; places and powers that should be out of reach, and are not."""
    faults = [name for name in NATIVE if not loads(name)]
    faults += [name for name in OPTIONAL if importlib.util.find_spec(name.split(".")[0]) and not loads(name)]
    faults += [place for place in HIDDEN if visible(Path(place))]
    faults += [place for place in READ_ONLY if not os.statvfs(place).f_flag & os.ST_RDONLY]
    faults += [place for place in OWN if not writable(Path(place))]
    faults += [act.__name__ for act in (writable_code, netlink, new_namespace) if possible(act)]
    return faults


def writable_code() -> None:
    mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def netlink() -> None:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()


def new_namespace() -> None:
    clone_newuser = 0x10000000
    if ctypes.CDLL(None, use_errno=True).unshare(clone_newuser):
        raise OSError(ctypes.get_errno())


def possible(act: Callable[[], None]) -> bool:
    try:
        act()
    except OSError:
        return False
    return True


def loads(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def visible(place: Path) -> bool:
    try:
        return any(place.iterdir())
    except OSError:
        return False


def writable(place: Path) -> bool:
    probe = place / ".probe"
    try:
        probe.write_text("")
        probe.unlink()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
