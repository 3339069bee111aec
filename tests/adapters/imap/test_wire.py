"""Framing and words: pure functions over octets."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.imap.fetch import BATCH_BYTES, CUT_BYTES, MOST_AT_ONCE, batches, first_of
from mailbot.adapters.imap.framing import BrokenFrame, Frame, Framer
from mailbot.adapters.imap.words import (
    code_of,
    date_time,
    day,
    folder_argument,
    folder_name,
    internal_date,
    uid_set,
    values,
)
from mailbot.errors import Rejected

ALMATY = timezone(timedelta(hours=5))
WIRE = (
    b"* OK [ALERT] not a literal {3}\r\n* 1 FETCH (BODY[] {5}\r\na\r\nb) UID 1)\r\n+ go {9}\r\n"
    b"* 2 FETCH (BODY[] {0}\r\n FLAGS ({1}\r\nx))\r\nA1 OK done {2}\r\n\r\n"
)
FRAMES: list[Frame] = [
    (b"* OK [ALERT] not a literal {3}",),
    (b"* 1 FETCH (BODY[] {5}", b"a\r\nb)", b" UID 1)"),
    (b"+ go {9}",),
    (b"* 2 FETCH (BODY[] {0}", b"", b" FLAGS ({1}", b"x", b"))"),
    (b"A1 OK done {2}",),
    (b"",),
]


@given(st.lists(st.integers(0, len(WIRE)), max_size=12).map(sorted))
def test_frames_are_the_same_however_tcp_cuts_the_stream(cuts: list[int]):
    framer = Framer(keep=100)
    edges = [0, *cuts, len(WIRE)]

    frames = [frame for start, end in pairwise(edges) for frame in framer.feed(WIRE[start:end])]

    assert frames == FRAMES
    assert not framer.pending


def test_of_an_oversized_literal_only_the_start_is_kept_and_the_stream_stays_in_step():
    framer = Framer(keep=3)

    frames = [
        frame for part in (b"* 1 FETCH {8}\r\nab", b"cdef", b"gh)\r\nA1 OK\r\n") for frame in framer.feed(part)
    ]

    assert frames == [(b"* 1 FETCH {8}", b"abc", b")"), (b"A1 OK",)]


def test_a_line_without_end_is_given_up():
    framer = Framer(keep=3)

    with pytest.raises(BrokenFrame):
        list(framer.feed(b"x" * (8 * 2**20 + 1)))


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=6))
def test_no_frame_makes_the_reader_raise(parts: list[bytes]):
    assert isinstance(values(tuple(parts)), list)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ((b'1 FETCH (UID 7 FLAGS (\\Seen $A) X "a\\"(b" BODY[] {2}', b"()", b" Y NIL)"), None),
        ((b"LIST () NIL {3}", b"a b", b""), ["LIST", [], None, b"a b"]),
        ((b"x )) (",), ["x", []]),
        ((b"BODY[HEADER.FIELDS (TO)]<0> []",), ["BODY[HEADER.FIELDS (TO)]<0>", "[]"]),
    ],
)
def test_nested_words_are_read(frame: Frame, words: list[object] | None):
    fetch = ["UID", "7", "FLAGS", ["\\Seen", "$A"], "X", b'a"(b', "BODY[]", b"()", "Y", None]

    assert values(frame) == (words or ["1", "FETCH", fetch])


# ---------------------------------------------------------------- folder names


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"])))
def test_folder_names_survive_the_wire(name: str):
    wire = folder_argument(name, utf8=False)

    assert wire.isascii()
    assert (
        folder_name(b"".join(part for part in values((wire.encode(),)) if isinstance(part, bytes)), utf8=False)
        == name
    )


@pytest.mark.parametrize("name", ["a\r\nb", "a\0b", "a\x7fb"])
def test_control_characters_in_folder_names_are_refused(name: str):
    with pytest.raises(Rejected):
        folder_argument(name, utf8=False)


@pytest.mark.parametrize("raw", [b"&A-", b"&BB-x", b"A & B", b"&2D0-", b"&!!!-"])
def test_a_folder_name_that_is_no_utf7_stays_as_it_is(raw: bytes):
    assert folder_name(raw, utf8=False) == raw.decode()


# ---------------------------------------------------------------- dates, codes, sets


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b"23-Nov-2026 10:42:07 +0500", datetime(2026, 11, 23, 5, 42, 7, tzinfo=UTC)),
        (b" 1-jan-2027 00:30:00 +0600", datetime(2026, 12, 31, 18, 30, tzinfo=UTC)),
        (b"01-MAY-2026 23:59:59 -0330", datetime(2026, 5, 2, 3, 29, 59, tzinfo=UTC)),
        (b"31-Feb-2026 00:00:00 +0000", None),
        (b"01-Mai-2026 00:00:00 +0000", None),
        (b"01-Jan-0001 00:00:00 +0500", None),
        (b"01-Jan-2026 00:00:00 +9900", None),
        (b"yesterday", None),
        (None, None),
    ],
)
def test_the_time_of_arrival_is_read_with_its_zone(text: bytes | None, moment: datetime | None):
    assert internal_date(text) == moment


def test_dates_go_out_with_english_months():
    moment = datetime(2026, 5, 3, 2, 4, 5, tzinfo=ALMATY)

    assert day(moment) == "3-May-2026"
    assert date_time(moment) == '"02-May-2026 21:04:05 +0000"'


@pytest.mark.parametrize(
    ("text", "code"),
    [(b"[trycreate] no", "TRYCREATE"), (b"no [X]", ""), (b"[COPYUID 1 2 3] ok", "COPYUID"), (b"", "")],
)
def test_a_response_code_is_its_name_only(text: bytes, code: str):
    assert code_of(text) == code


@pytest.mark.parametrize("uid", [0, -1, 2**32])
def test_what_cannot_be_a_uid_is_a_mistake_of_ours(uid: int):
    with pytest.raises(ValueError, match="UID"):
        uid_set([1, uid])


# ---------------------------------------------------------------- batches


@given(
    st.dictionaries(st.integers(1, 10_000), st.integers(0, 12_000_000), max_size=50), st.integers(1, 30_000_000)
)
def test_the_first_messages_that_fit_are_handed_over_one_at_least(sizes: dict[int, int], most: int):
    limit = 10_000_000

    found = first_of(sizes, limit=limit, most=most)

    assert list(found) == sorted(sizes)[: len(found)]
    octets = [size if size <= limit else CUT_BYTES for size in found.values()]
    assert len(found) == min(1, len(sizes)) or sum(octets) <= most
    assert first_of(sizes, limit=limit, most=None) == sizes


@given(st.dictionaries(st.integers(1, 10_000), st.integers(0, 12_000_000), max_size=150))
def test_batches_lose_nothing_and_keep_their_limits(sizes: dict[int, int]):
    limit = 10_000_000

    cut = list(batches(sizes, limit=limit))

    assert [uid for batch in cut for uid in batch] == sorted(sizes)
    assert all(len(batch) <= MOST_AT_ONCE for batch in cut)
    assert all(len(batch) == 1 or sum(sizes[uid] for uid in batch) <= BATCH_BYTES for batch in cut)
    assert all(len(batch) == 1 for batch in cut if any(sizes[uid] > limit for uid in batch))
