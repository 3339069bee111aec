"""Which letters tell what was done, and whether a program may answer at all."""

from collections.abc import Iterable
from typing import assert_never

from mailbot.core.model import Failed, Letter, Malformed, Message, Proven, Right, Standing
from mailbot.core.standing import path_agrees


def letters_for(rights_done: Iterable[Right]) -> tuple[Letter, ...]:
    """The letters that tell what was done, each once, access before erasure (amendment 7)."""
    done = set(rights_done)
    return tuple(dict.fromkeys(_letter(right) for right in Right if right in done))


def _letter(right: Right) -> Letter:
    match right:
        case Right.ACCESS:
            return Letter.ACCESS
        case Right.UNSUBSCRIBE:
            return Letter.UNSUBSCRIBED
        case Right.WITHDRAW_CONSENT:
            return Letter.WITHDRAWN
        case Right.ERASURE:
            return Letter.ERASED
        case Right.RECTIFICATION | Right.BLOCKING:  # done by a person, who says what was done
            return Letter.WRITTEN
        case _:
            assert_never(right)


def may_answer(message: Message, standing: Standing, *, in_junk: bool) -> tuple[str, ...]:
    """Why no automatic answer may go to the author; empty: it may. Fixed words, fit for the audit trail.

    Source: requirements D1-D5 (found by the reader of the message), D7, D9, C13; amendments 2 and 6.
    """
    proven = isinstance(standing, Proven)
    found = {
        "malformed": message.author is None or isinstance(standing, Malformed),
        "dmarc fail": isinstance(standing, Failed),
        f"machine: {message.machine}": message.machine is not None,
        "null return-path": message.return_path == "",
        "return-path of another domain and not proven": _elsewhere(message) and not proven,
        "no return-path and not proven": message.return_path is None and not proven,
        "junk and not proven": in_junk and not proven,
    }
    reasons = (*message.no_answer, *(reason for reason, applies in found.items() if applies))
    return tuple(dict.fromkeys(reasons))


_OF_THE_PATH = "return-path of another domain"


def but_for_the_path(reasons: Iterable[str]) -> tuple[str, ...]:
    """*reasons* of silence that hold for our question as well: all but where bounces would go (C13, D7).

    The question goes to From, known or not, always the same letter, never on DMARC fail, malformed or automatic
    mail (amendment 2); who forges From can write the same Return-Path, and forwarders and bulk services write
    their own. Receipts and notices, which nobody has to answer, keep to C13. Once the token is back from that
    address (amendment 3) it is proven whose it is.
    """
    return tuple(reason for reason in reasons if not reason.lower().startswith(_OF_THE_PATH))


def _elsewhere(message: Message) -> bool:
    return message.author is not None and bool(message.return_path) and not path_agrees(message)
