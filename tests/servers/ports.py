"""Ports nobody else takes while a test runs."""

import itertools
import os
import socket

_FIRST, _COUNT = 20000, 12000  # below Linux's ephemeral range (32768), so that no outgoing connection takes one
_STRIDE = 97  # runs started one after another begin far apart; coprime to _COUNT

_candidates = itertools.count(os.getpid() * _STRIDE)


def free_port() -> int:
    """A loopback TCP port that is free now and that this process has not handed out before."""
    for candidate in itertools.islice(_candidates, _COUNT):
        port = _FIRST + candidate % _COUNT
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT will do for a server
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port on 127.0.0.1")
