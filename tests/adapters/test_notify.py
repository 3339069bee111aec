import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.adapters.notify import SystemdNotify


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    """A manager's socket in a folder of its own: the paths of pytest are too long for AF_UNIX."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(Path(folder) / "notify"))
        bound.settimeout(5)
        yield bound


def heard(ear: socket.socket) -> str:
    return ear.recv(4096).decode()


def test_a_manager_hears_a_whole_life_in_order(ear):
    notify = SystemdNotify(ear.getsockname())

    notify.status("reads the configuration")
    notify.ready()
    notify.watchdog()
    notify.reloading(1234567)
    notify.ready()
    notify.stopping()

    assert [heard(ear) for _ in range(6)] == [
        "STATUS=reads the configuration",
        "READY=1",
        "WATCHDOG=1",
        "RELOADING=1\nMONOTONIC_USEC=1234567",
        "READY=1",
        "STOPPING=1",
    ]


def test_a_status_cannot_smuggle_in_another_assignment(ear):
    SystemdNotify(ear.getsockname()).status("waits for DNS\nMAINPID=1\n")

    assert heard(ear) == "STATUS=waits for DNS MAINPID=1"


def test_a_status_may_be_kazakh(ear):
    SystemdNotify(ear.getsockname()).status("пошта жәшігін күтуде")

    assert heard(ear) == "STATUS=пошта жәшігін күтуде"


def test_an_abstract_socket_is_found():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("")  # Linux chooses a free abstract address
        ear.settimeout(5)
        name = ear.getsockname()

        SystemdNotify("@" + name[1:].decode()).ready()

        assert heard(ear) == "READY=1"


@pytest.mark.parametrize("path", [None, ""])
def test_without_a_manager_nothing_is_said(path):
    SystemdNotify(path).ready()  # would raise if it looked for a socket


def test_a_manager_that_is_gone_does_no_harm(tmp_path):
    SystemdNotify(str(tmp_path / "gone")).watchdog()


def test_a_manager_that_does_not_listen_holds_nobody_up(ear, monkeypatch):
    monkeypatch.setattr("mailbot.adapters.notify.PATIENCE", 0.05)
    notify = SystemdNotify(ear.getsockname())

    for _ in range(30):  # more than the queue of a Unix datagram socket takes
        notify.watchdog()

    assert heard(ear) == "WATCHDOG=1"
