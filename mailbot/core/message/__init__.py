"""Bytes to `Message` or `Unreadable`; never raises (requirements C1, C2, C8, D12, D46-D53)."""

from dataclasses import replace

from mailbot.core import automatic
from mailbot.core.automatic import Own, Signs
from mailbot.core.message import addresses, border, fields, mime, returned
from mailbot.core.message.body import Body, body
from mailbot.core.message.fields import Fields
from mailbot.core.message.mime import Tree
from mailbot.core.model import Address, Machine, Message, MessageId, Unreadable
from mailbot.core.own_words import OwnWords, says_forwarded, split

__all__ = ["Own", "read"]

_REPORTING = frozenset({Machine.BOUNCE, Machine.PROGRESS, Machine.RECEIPT, Machine.COMPLAINT})
_SUBJECT_LIMIT = 1_000  # characters; longer ones are no subject but a body in disguise


def read(raw: bytes, *, own: Own) -> Message | Unreadable:
    """Read one message: all of it is the sender's claim. What is over the limits of D53 is not guessed at."""
    tree = mime.parse(raw)
    if isinstance(tree, Unreadable):
        return tree
    header = mime.fields(tree)
    if not header.items:
        return Unreadable(why="no header fields")
    content = body(tree)
    return _message(tree, header, content, _words(header, content), own)


def _words(header: Fields, content: Body) -> OwnWords:
    return split(content.text, forwarded=says_forwarded(fields.text(header.first("subject"))))


def _message(tree: Tree, header: Fields, content: Body, words: OwnWords, own: Own) -> Message:
    authors, defects = _authors(tree, header)
    if any(author in own.addresses for author in authors):
        defects = (*defects, "From is our own address: a form or a colleague, not the person")
    signs = _signs(header, content, words, authors)
    if signs.report == "delivery-status":
        signs = replace(signs, outcomes=returned.outcomes(tree))
    machine = automatic.machine(signs, own)
    silence = automatic.no_answer(signs, own)
    return Message(
        authors=authors,
        from_defects=defects,
        to=signs.to,
        return_path=signs.return_path,
        message_id=next(iter(header.ids("message-id")), None),
        answers_to=_answers_to(header),
        references=header.ids("references"),
        subject=signs.subject,
        date_field=fields.text(header.first("date")),
        own_words=words.own,
        cut_away="\n\n".join(filter(None, (words.rest, content.foreign))),
        hidden_text=content.hidden_text,
        unread_text=(content.unread_text or words.unsure) and machine is None,
        attachments=content.attachments,
        encrypted=content.encrypted,
        machine=machine,
        no_answer=(*silence, "From names no single author (C1)") if defects else silence,
        reports_on=returned.reports_on(tree, content.text) if machine in _REPORTING else (),
        arrived_at=returned.arrived_at(header),
        complaint_of=_complaint_of(tree, authors, own) if machine is Machine.COMPLAINT else None,
        border=border.results(
            header,
            trusted=own.trusted_borders,
            hops=own.border_hops,
            domain=authors[0].rpartition("@")[2] if authors else "",
        ),
    )


def _signs(header: Fields, content: Body, words: OwnWords, authors: tuple[Address, ...]) -> Signs:
    return Signs(
        headers=header.texts(),
        subject=fields.text(header.first("subject"))[:_SUBJECT_LIMIT],
        own_words=words.own,
        authors=authors,
        to=tuple(dict.fromkeys(addresses.addresses((*header.all("to"), *header.all("cc"))))),
        return_path=_return_path(header),
        report=content.report,
        calendar=content.calendar,
        attachments=content.attachments,
    )


def _authors(tree: Tree, header: Fields) -> tuple[tuple[Address, ...], tuple[str, ...]]:
    """Addresses of every From field, and why they do not name one author (C1)."""
    values = header.all("from")
    lists = [addresses.mailboxes(value) for value in values]
    found = tuple(address for one in lists for address in one.addresses)
    defects = [defect for one in lists for defect in one.defects]
    if len(values) != 1:
        defects.append("several From fields" if values else "no From field")
    if len(found) != 1 and not defects:
        defects.append("several addresses in From" if found else "no address in From")
    if mime.broken_header(tree):
        defects.append("header block ends in a broken line")
    if mime.broken_parts(tree):
        defects.append("MIME parts cannot be told apart")
    return found, tuple(dict.fromkeys(defects))


def _return_path(header: Fields) -> str | None:
    """The topmost Return-Path: final delivery writes it above all others (RFC 5321 s. 4.4)."""
    values = header.all("return-path")
    if not values:
        return None
    path = fields.text(values[0]).strip().removeprefix("<").removesuffix(">").strip()
    try:
        return addresses.address(path)
    except ValueError:
        return path.lower()[:320]


def _complaint_of(tree: Tree, reporters: tuple[Address, ...], own: Own) -> Address | None:
    """Who complains; None where no configured reporter says so (amendment 8)."""
    heard = len(reporters) == 1 and own.hears(reporters[0])
    return returned.complained_about(tree) if heard else None


def _answers_to(header: Fields) -> tuple[MessageId, ...]:
    nearest = (*header.ids("in-reply-to"), *reversed(header.ids("references")))
    return tuple(dict.fromkeys(nearest))
