"""`make bench-reading`: what reading a message costs, as one line of JSON.

    python -m tests.bench_reading [--letters 100]

*mail* are letters of the corpus in the wire forms of real clients, padded with quoted mail and a signature to
about 5 KB; *people* are the messages in tests/mail. CPU time of one thread, octets → `Message`, the best of three.
Memory is that of fresh processes: by how much their peak grew, the octets of the message included, as a multiple
of its size. "ok" says whether the bounds of issue 4 hold: 1.5 ms (median of mail), 6 times the size of a message
of 25 MB, and nothing for one over the limit.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

from mailbot.core.message import Own, read
from mailbot.core.message.mime import MAX_MESSAGE
from mailbot.core.model import Address, Unreadable
from tests.bench_understanding import _OTHERS, _letters, _padded

ROOT = Path(__file__).parents[1]
OWN = Own(addresses=frozenset({Address("info@onduline.ru")}), loop_id="bench")
MOST_MS, MOST_TIMES, MOST_OVER = 1.5, 6.0, 0.1
HEADER = b"From: Ivan <ivan@example.kz>\r\nTo: info@onduline.ru\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
_BIG = MAX_MESSAGE - 10_000  # octets of a body
_RUSSIAN = "Прошу удалить мои персональные данные, спасибо.\r\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--letters", type=int, default=100, help="of each language")
    options.add_argument("--child", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        print(json.dumps(_child(Path(given.child))))
        return
    people = [path.read_bytes() for path in sorted((ROOT / "tests" / "mail").glob("*.eml"))]
    figures = _times("mail", _mail(given.letters)) | _times("people", people)
    memory = {name: _memory(make()) for name, make in _KINDS.items()}
    over = _memory(HEADER + b"\r\n" + b"x" * (MAX_MESSAGE + 1)) - 1.0
    ok = figures["mail_ms"] <= MOST_MS and max(memory.values()) <= MOST_TIMES and over <= MOST_OVER
    print(json.dumps({"ok": ok, **figures, "memory_times_25_mb": memory, "memory_over_limit": round(over, 2)}))


def _mail(letters: int) -> list[bytes]:
    others, measured = _letters(_OTHERS, first=0), _letters(letters, first=_OTHERS)
    return [_padded(one, others, quoted=True) for one in measured]


def _times(name: str, raws: Sequence[bytes]) -> dict[str, float]:
    for raw in raws:
        read(raw, own=OWN)
    each = [min(_timed(raw) for _ in range(3)) for raw in raws]
    return {
        f"{name}_octets": median(map(len, raws)),
        f"{name}_ms": round(median(each), 2),
        f"{name}_ms_p95": round(quantiles(each, n=20)[-1], 2),
    }


def _timed(raw: bytes) -> float:
    """Milliseconds of CPU."""
    start = time.process_time()
    read(raw, own=OWN)
    return 1000 * (time.process_time() - start)


def _memory(raw: bytes) -> float:
    """Peak of a process that reads *raw* from a file, as a multiple of its size."""
    with tempfile.NamedTemporaryFile(suffix=".eml") as file:
        file.write(raw)
        file.flush()
        command = [sys.executable, "-m", "tests.bench_reading", "--child", file.name]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return round(float(json.loads(done.stdout)) / len(raw), 2)


def _child(path: Path) -> int:
    """Octets by which the peak of this process grew."""
    small = b"\r\n".join((HEADER + b"Content-Type: text/html", b"", b"<p>x" * 10))
    read(small, own=OWN)
    before = _peak()
    message = read(path.read_bytes(), own=OWN)
    grown = _peak() - before
    if isinstance(message, Unreadable) and path.stat().st_size <= MAX_MESSAGE:
        raise SystemExit(message.why)
    return grown


def _peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


# ---------------------------------------------------------------- messages of 25 MB


def _lone(kind: str, body: bytes, encoding: str = "8bit") -> bytes:
    return HEADER + f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body[:_BIG]


def _text(line: str, codec: str = "utf-8") -> bytes:
    octets = line.encode(codec)
    return octets * (_BIG // len(octets))


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data[: _BIG * 3 // 4]).replace(b"\n", b"\r\n")


def _with_attachment() -> bytes:
    file = _base64(os.urandom(_BIG * 3 // 4 - 1_000_000))
    parts = b"--B\r\n\r\nhi\r\n--B\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return HEADER + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + parts + file[:_BIG] + b"\r\n--B--\r\n"


def _many_parts() -> bytes:
    part = b"--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + _text(_RUSSIAN)[: _BIG // 190] + b"\r\n"
    return HEADER + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + part * 189 + b"--B--\r\n"


_KINDS: dict[str, Callable[[], bytes]] = {
    "ascii": lambda: _lone("text/plain", _text("hello world, how are you today and tomorrow\r\n")),
    "utf-8": lambda: _lone("text/plain; charset=utf-8", _text(_RUSSIAN)),
    "utf-8 with emoji": lambda: _lone("text/plain; charset=utf-8", _text("hello world, how are you 🙂\r\n")),
    "koi8-r, not declared": lambda: _lone("text/plain", _text(_RUSSIAN, "koi8-r")),
    "html": lambda: _lone("text/html; charset=utf-8", _text(f"<p>{_RUSSIAN}</p>")),
    "base64 text": lambda: _lone("text/plain; charset=utf-8", _base64(_text(_RUSSIAN)), "base64"),
    "quoted-printable": lambda: _lone(
        "text/plain; charset=koi8-r",
        _text("=D0=C1=D2=CF=D7=C5=D4 =D0=C1=D2=CF=D7=C5=D4 =\r\n", "ascii"),
        "quoted-printable",
    ),
    "attachment": _with_attachment,
    "octets": lambda: _lone("application/octet-stream", os.urandom(_BIG)),
    "many parts": _many_parts,
    "message in base64": lambda: _lone("message/rfc822", _base64(_lone("text/plain", _text(_RUSSIAN))), "base64"),
}

if __name__ == "__main__":
    main()
