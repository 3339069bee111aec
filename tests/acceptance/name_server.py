"""A name server in a thread, for a program that runs elsewhere."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.adapters.fake_dns import FakeDns


@contextmanager
def name_server(port: int, zone: Mapping[str, str]) -> Iterator[FakeDns]:
    """Answers for *zone* on this UDP port of 127.0.0.1, and for nothing else."""
    server = FakeDns({name: [text.encode()] for name, text in zone.items()})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    transport, _ = loop.run_until_complete(
        loop.create_datagram_endpoint(lambda: server, local_addr=("127.0.0.1", port))
    )
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        transport.close()
        loop.run_until_complete(asyncio.sleep(0))  # in which the socket is closed
        loop.close()
