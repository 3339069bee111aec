"""Rows to values and back, by hand, in one place."""

from dataclasses import asdict
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row

from mailbot.core.audit import Event, Link
from mailbot.core.case import Case, NewLetter, Outgoing, Phase, PlannedStep, StoredLetter
from mailbot.core.datamap import Holdings, Trace
from mailbot.core.model import (
    Address,
    CaseState,
    Change,
    Decision,
    HoldReason,
    Language,
    Letter,
    MessageId,
    Place,
    Reading,
    Step,
)

T = TypeVar("T")
Fields = dict[str, Any]


def to_json(value: object) -> str:
    """*value* as JSON text."""
    return msgspec.json.encode(value).decode()


def from_json(text: str, kind: type[T]) -> T:
    """The value that `to_json` wrote."""
    return msgspec.json.decode(text, type=kind)


def letter_fields(letter: NewLetter) -> Fields:
    """Columns of a new letter."""
    return {
        "sha256": letter.sha256,
        "twin": letter.twin,
        **asdict(letter.place),
        "received_at": letter.received_at,
        "read_at": letter.read_at,
        "raw": letter.raw,
        "reading": to_json(letter.reading),
        "in_junk": letter.in_junk,
        "unreadable": letter.unreadable,
        "unmatched": letter.unmatched,
        "rank": letter.rank,
        "run_at": letter.read_at,
        "attempts": 0,
    }


def letter(row: Row[Any]) -> StoredLetter:
    """A row of `letters`."""
    return StoredLetter(
        id=row.id,
        place=Place(folder=row.folder, uidvalidity=row.uidvalidity, uid=row.uid),
        sha256=row.sha256,
        twin=row.twin,
        received_at=row.received_at,
        read_at=row.read_at,
        raw=row.raw,
        reading=from_json(row.reading, Reading),
        in_junk=row.in_junk,
        unreadable=row.unreadable,
        unmatched=row.unmatched,
        rank=row.rank,
        case_id=row.case_id,
        attempts=row.attempts,
    )


def case_fields(case: Case) -> Fields:
    """Columns of a case that may change; its number, opening and arrival do not."""
    return {
        "state": case.state,
        "address": case.address,
        "languages": to_json(case.languages),
        "standing": case.standing,
        "decision": to_json(case.decision),
        "holds": to_json(case.holds),
        "letter_id": case.letter_id,
        "token_hash": case.token_hash,
        "confirm_until": case.confirm_until,
        "confirmed": case.confirmed,
        "letters": case.letters,
        "released": case.released,
        "stumbles": case.stumbles,
        "nudged_at": case.nudged_at,
        "warned_at": case.warned_at,
        "reminded_at": case.reminded_at,
        "drafted_at": case.drafted_at,
        "objected_at": case.objected_at,
        "reopened": case.reopened,
        "counted_by": case.counted_by,
        "due_at": case.due_at,
        "due_day": case.due_day,
        "due_norm": case.due_norm,
    }


def case(row: Row[Any]) -> Case:
    """A row of `cases`."""
    return Case(
        id=row.id,
        number=row.number,
        version=row.version,
        state=CaseState(row.state),
        address=Address(row.address),
        received_at=row.received_at,
        opened_at=row.opened_at,
        due_at=row.due_at,
        due_day=row.due_day,
        due_norm=row.due_norm,
        languages=from_json(row.languages, tuple[Language, ...]),
        standing=row.standing,
        decision=from_json(row.decision, Decision),
        holds=from_json(row.holds, tuple[HoldReason, ...]),
        letter_id=row.letter_id,
        token_hash=row.token_hash,
        confirm_until=row.confirm_until,
        confirmed=row.confirmed,
        versions=row.versions,
        letters=row.letters,
        released=row.released,
        stumbles=row.stumbles,
        nudged_at=row.nudged_at,
        warned_at=row.warned_at,
        reminded_at=row.reminded_at,
        drafted_at=row.drafted_at,
        objected_at=row.objected_at,
        reopened=row.reopened,
        counted_by=row.counted_by,
        redacted_at=row.redacted_at,
    )


def step(row: Row[Any]) -> PlannedStep:
    """A row of `steps`."""
    return PlannedStep(
        id=row.id,
        case_id=row.case_id,
        phase=Phase(row.phase),
        step=from_json(row.step, Step),
        at=row.at,
        run_at=row.run_at,
        attempts=row.attempts,
        done=row.done,
        intended=None if row.intended is None else from_json(row.intended, tuple[Change, ...]),
        holdings=None if row.holdings is None else from_json(row.holdings, Holdings),
        traces=() if row.traces is None else from_json(row.traces, tuple[Trace, ...]),
    )


def outgoing(row: Row[Any]) -> Outgoing:
    """A row of `outbox`."""
    return Outgoing(
        id=row.id,
        case_id=row.case_id,
        recipient=Address(row.recipient),
        message_id=MessageId(row.message_id),
        raw=row.raw,
        letters=from_json(row.letters, tuple[Letter, ...]),
        automatic=row.automatic,
        attempts=row.attempts,
        first_tried_at=row.first_tried_at,
        sent_at=row.sent_at,
    )


def link_fields(link: Link) -> Fields:
    """Columns of an audit event in its place."""
    event = link.event
    return {
        "seq": event.seq,
        "at": event.at,
        "name": event.name,
        "actor": event.actor,
        "case_number": event.case,
        "subject": event.subject,
        "facts": to_json(dict(event.facts)),
        "before": link.before,
        "hash": link.hash,
    }


def link(row: Row[Any]) -> Link:
    """A row of `audit`."""
    event = Event(
        seq=row.seq,
        at=row.at,
        name=row.name,
        actor=row.actor,
        case=row.case_number,
        subject=row.subject,
        facts=msgspec.json.decode(row.facts),
    )
    return Link(event=event, before=row.before, hash=row.hash)
