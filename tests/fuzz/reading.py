"""What `make fuzz` does with each input: read it, and look whether what was read may be believed to be a message.

python -m tests.fuzz.reading FILE…        read files as the fuzzer does, without it
python -m tests.fuzz.reading --fuzz …     the fuzzer itself, with libFuzzer's options (needs atheris)
"""

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from pathlib import Path

SLOW = 0.5  # seconds of CPU; a message of the fuzzer's size takes some milliseconds
INSTRUMENTED = 6  # times slower while the fuzzer counts where it has been


class Finding(Exception):
    """An input that is not read as it must be."""


def check(raw: bytes, *, slow: float = SLOW) -> None:
    """Raise what reading raises, or a `Finding`: text no database takes, an odd Message-ID, a slow input."""
    from mailbot.core.message import Own, read  # noqa: PLC0415 - after the fuzzer has begun to watch imports
    from mailbot.core.model import Address, Message  # noqa: PLC0415

    own = Own(
        addresses=frozenset({Address("info@example.org")}), loop_id="fuzz", trusted_borders=("mx.example.org",)
    )
    start = time.process_time()
    message = read(raw, own=own)
    took = time.process_time() - start
    if took > slow:
        raise Finding(f"slow: {took:.2f} s of CPU for {len(raw)} octets")
    if not isinstance(message, Message):
        return
    if any(not _is_storable(text) for text in _texts(astuple(message))):
        raise Finding("text that no database takes")
    ids = (message.message_id or "", *message.answers_to, *message.references, *message.reports_on)
    if any(not "!" <= char <= "~" for one in ids for char in one):
        raise Finding("a Message-ID that is no printable ASCII")
    if message.author is not None and "@" not in message.author:
        raise Finding("an author without an address")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(tuple(value.items()))
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from _texts(one)


def _is_storable(text: str) -> bool:
    return "\x00" not in text and text.encode("utf-8", "ignore").decode() == text


def _fuzz(options: list[str]) -> None:
    import atheris  # noqa: PLC0415 - only .venv-fuzz has it

    with atheris.instrument_imports(include=["mailbot.core"]):
        import mailbot.core.message  # noqa: F401, PLC0415
    atheris.Setup([sys.argv[0], *options], lambda raw: check(raw, slow=INSTRUMENTED * SLOW))
    atheris.Fuzz()


def main() -> None:
    """Fuzz, or say what is wrong with files."""
    if sys.argv[1:2] == ["--fuzz"]:
        _fuzz(sys.argv[2:])
    for name in sys.argv[1:]:
        try:
            check(Path(name).read_bytes())
        except Exception as error:  # noqa: BLE001 - whatever reading raises is the finding
            print(f"{type(error).__name__}: {error}")
            sys.exit(1)


if __name__ == "__main__":
    main()
