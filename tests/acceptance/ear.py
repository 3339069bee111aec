"""The service manager's end of NOTIFY_SOCKET."""

import itertools
import os
import socket
import threading

_numbers = itertools.count(1)


class Ear:
    """Reads at once, as systemd does, and keeps what was said."""

    def __init__(self) -> None:
        name = f"mailbot-{os.getpid()}-{next(_numbers)}"
        self.path = f"@{name}"
        self.said: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{name}")
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while words := self._socket.recv(4096):
            self.said.append(words.decode())

    def close(self) -> None:
        """Stop listening."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", f"\0{self.path[1:]}")
        self._thread.join()
        self._socket.close()
