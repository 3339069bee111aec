"""Words to systemd: started, reloading, alive, stopping. Source: sd_notify(3)."""

import socket
from contextlib import suppress

PATIENCE = 1.0  # seconds; systemd reads at once, and the loops must not wait for it longer


class SystemdNotify:
    """The service manager's ear, or nobody's where *path* is None (a terminal, a container).

    *path* is the value of NOTIFY_SOCKET, where a leading "@" means an abstract socket. Nothing here raises: a
    manager that does not hear us restarts us by its own watchdog.
    """

    def __init__(self, path: str | None) -> None:
        self._address = "\0" + path[1:] if path and path.startswith("@") else path

    def ready(self) -> None:
        """Started, or done with reloading: mail is being watched."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`; *text* carries no personal data."""
        self._send("STATUS=" + " ".join(text.split()))  # a line break would begin another assignment

    def reloading(self, monotonic_usec: int) -> None:
        """The configuration is being read again, since *monotonic_usec* of CLOCK_MONOTONIC; `ready` ends it."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={monotonic_usec}")

    def watchdog(self) -> None:
        """Alive; due every half of WATCHDOG_USEC."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The letter in hand is being finished."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            ear.settimeout(PATIENCE)
            ear.connect(self._address)
            ear.sendall(message.encode())
