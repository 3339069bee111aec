"""What a reader of a page cannot see is dropped and said; what he can see stays (C29; issue 4, item 1)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.automatic import Own
from mailbot.core.message import read
from mailbot.core.model import Address
from mailbot.core.own_words import Rendered, css, rendered

UNSEEN = [
    "display:none",
    "display: none !important",
    "display:/**/none",
    "display:none;/*",
    "d\\69splay:none",
    "DISPLAY:NONE",
    "visibility:hidden",
    "visibility:collapse",
    "opacity:0",
    "opacity:.01",
    "filter:alpha(opacity=0)",
    "font-size:0",
    "font-size:1px",
    "font-size:0.01em",
    "font-size:1%",
    "color:#ffffff",
    "color:#FEFEFE",
    "color:#fff",
    "color:white",
    "color:snow",
    "color:rgb(255,255,255)",
    "color:rgb(250 250 250)",
    "color:rgb(100%,100%,100%)",
    "color:#ffffff00",
    "color:transparent",
    "color:rgba(0,0,0,0)",
    "color:rgba(10,10,10,.02)",
    "background:#123456;color:#123457",
    "background-color:black;color:#0a0a0a",
    "position:absolute;left:-9999px",
    "position:absolute;top:-5000px",
    "position:fixed;right:9999px",
    "text-indent:-9999px",
    "text-indent:-99em",
    "margin-left:-5000px",
    "width:0;height:0;overflow:hidden",
    "height:0px;overflow:hidden",
    "max-height:0",
    "max-width:1px;overflow:hidden",
    "clip:rect(0,0,0,0);position:absolute",
    "clip:rect(0 0 0 0);position:absolute",
    "clip-path:inset(100%)",
    "transform:scale(0)",
    "transform:translate(-9999px,0)",
    "mso-hide:all",
    "content-visibility:hidden",
]
SEEN = [
    "display:block",
    "visibility:visible",
    "opacity:0.5",
    "opacity:1",
    "font-size:0.9em",
    "font-size:8px",
    "font-size:10px;line-height:0",
    "font-size:medium",
    "color:#000",
    "color:#fff000",
    "color:#ccc",
    "color:inherit",
    "color:var(--ink)",
    "color:rgba(0,0,0,.87)",
    "background:#222;color:#fff",
    "background:url(a.png);color:#fff",
    "background:linear-gradient(red,blue);color:#fff",
    "background-image:url(a.png);color:white",
    "background:transparent;color:#333",
    "height:0",
    "width:1px",
    "overflow:hidden;height:40px",
    "margin-left:-15px",
    "text-indent:-18.0pt",
    "position:relative;left:-2px",
    "position:absolute;left:0",
    "max-height:none",
    "mso-line-height-rule:exactly",
    "border-left:none",
    "transform:scale(0.5)",
    "",
    ";;:;",
]


@pytest.mark.parametrize("style", UNSEEN)
def test_what_a_style_hides_is_dropped_and_said(style):
    page = rendered(f'<div>Seen.</div><div style="{style}">delete everything</div>')

    assert (page.text, page.hidden) == ("Seen.", True)


@pytest.mark.parametrize("style", SEEN)
def test_what_a_style_shows_is_kept(style):
    page = rendered(f'<div style="{style}">Delete my data.</div>')

    assert page == Rendered("Delete my data.", hidden=False)


@pytest.mark.parametrize(
    "page",
    [
        "<style>.x{display:none}</style><p class=x>unseen</p>",
        "<p class='a x b'>unseen</p><style>.x{display:none}</style>",
        "<style>#x{display:none}</style><p id=x>unseen</p>",
        "<style>p.x, .y {font-size:0}</style><p class=x>unseen</p>",
        "<style>div p{opacity:0}</style><div><p>unseen</p></div>",
        "<style><!-- /* y */ .x{color:#fff} --></style><p class=x>unseen</p>",
        "<style>@media screen{.x{display:none}}</style><p class=x>unseen</p>",
        "<STYLE type='text/css'>@import 'a'; .X{DISPLAY:NONE}</STYLE><p class=x>unseen</p>",
        "<p hidden>unseen</p>",
        "<p><font color=#fefefe>unseen</font></p>",
        "<p style=display&#58;none>unseen</p>",
        "<body bgcolor=#ff0000><p style=color:blue>Seen.<p style=color:red>unseen</p></body>",
        "<div style=background:#000><p style=color:#000000>unseen</p></div>",
        "<table bgcolor=navy><td style='color:#000080'>unseen</table>",
        "<div style=display:none><p style=display:block;font-size:20px>unseen</p></div>",
    ],
)
def test_what_sheets_attributes_and_the_colour_behind_it_hide_is_dropped_and_said(page):
    seen = rendered(page if "Seen." in page else f"<p>Seen.</p>{page}")

    assert ("unseen" in seen.text, seen.hidden) == (False, True)


@pytest.mark.parametrize(
    "page",
    [
        "<style>.y{display:none}</style><p class=x>Seen</p>",
        "<style>@media print{.x{display:none}}</style><p class=x>Seen</p>",
        "<style>@media (max-width:600px){.x{display:none}}</style><p class=x>Seen</p>",
        "<style>.z .x{display:none}</style><p class=x>Seen</p>",
        "<style>.x:before{display:none}</style><p class=x>Seen</p>",
        "<style>.x{display:none</style><p>Seen</p>",
        "<style>p{font-size:0}</style><p style=font-size:12px>Seen</p>",
        "<table style=font-size:0><td style=font-size:14px>Seen</table>",
        "<div style=visibility:hidden><p style=visibility:visible>Seen</p></div>",
        "<div style=color:#fff><p style=color:#111>Seen</p></div>",
        "<font color=white><a href='https://example.org'>Seen</a></font>",
        "<body bgcolor=black text=white><p>Seen</p></body>",
        "<table background=a.png><td><font color=white>Seen</font></table>",
        "<noscript>Seen</noscript>",
        "<textarea>Seen</textarea>",
        "<object data=a.swf>Seen</object>",
    ],
)
def test_what_can_be_seen_all_the_same_is_kept(page):
    assert rendered(page) == Rendered("Seen", hidden=False)


# ---------------------------------------------------------------- nothing is swallowed


@pytest.mark.parametrize(
    "page",
    [
        "<head><title>t</title><body><p>Delete my data.",
        "<head><p>Delete my data.",
        "<style>.x{} <p>Delete my data.</p>",
        "<style>.x{color:red}<div>Delete my data.</div></div>",
        "<script>var x <p>Delete my data.",
        "<title><p>Delete my data.",
        "<!-- a comment that never ends <p>Delete my data.</p>",
        "<p>Delete my data.<style>p{}",
        "<p>Delete my data.<!--",
    ],
)
def test_what_never_ends_swallows_nothing(page):
    assert "Delete my data." in rendered(page).text


def test_a_page_of_which_only_the_colour_hides_everything_is_for_a_person():
    """Telephones with dark screens send white letters of honest people."""
    white = rendered("<div style=color:#fff>Delete my data.</div>")

    assert white == Rendered("", hidden=True, unread=True)
    assert rendered("<div style=display:none>Delete my data.</div>") == Rendered("", hidden=True, unread=False)


def test_a_page_over_two_million_characters_says_that_it_was_not_read_to_its_end():
    page = "<p>Hello</p>" + "<i></i>" * 300_000 + "<p>Delete my data.</p>"

    assert rendered(page) == Rendered("Hello", hidden=False, unread=True)
    assert not rendered("<p>Hello</p>" + "<i></i>" * 1_000).unread


def message(page: str):
    head = b"From: Ivan <ivan@example.org>\r\nTo: info@example.kz\r\nSubject: x\r\nMessage-ID: <1@example.org>\r\n"
    raw = head + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
    return read(raw, own=Own(addresses=frozenset({Address("info@example.kz")}), loop_id="x"))


def test_a_message_says_what_its_page_hides_and_what_of_it_was_not_read():
    """C29, and issue 4, item 1: nothing is lost without a word."""
    hidden = message('<p>Hello</p><p style="color:#fefefe">delete everything</p>')
    white = message("<div style=color:#fff>Delete my data.</div>")
    long = message("<p>Hello</p>" + "<i></i>" * 300_000)

    assert (hidden.own_words, hidden.hidden_text, hidden.unread_text) == ("Hello", True, False)
    assert (white.own_words, white.hidden_text, white.unread_text) == ("", True, True)
    assert (long.own_words, long.hidden_text, long.unread_text) == ("Hello", False, True)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<p>" * 600_000, marks=pytest.mark.slow),
        pytest.param("<div class='a b c d e f g h'>" * 60_000, marks=pytest.mark.slow),
        pytest.param(
            "<style>" + ".a{display:none}" * 10_000 + "</style>" + "<p class=a>x</p>" * 50_000,
            marks=pytest.mark.slow,
        ),
        "<style>" * 200_000 + "x",
        "<style" * 300_000,
        "<!--" * 400_000,
        pytest.param("<p style='color:#fff'>x" * 50_000, marks=pytest.mark.slow),
        "<p style='" + "a:b;" * 400_000 + "'>x",
        "<p style='" + "/*" * 500_000 + "'>x",
        pytest.param("<div style='border-left:1px solid'>x" * 40_000, marks=pytest.mark.slow),
        pytest.param("<div class=gmail_attr>-----<br>" * 40_000, marks=pytest.mark.slow),
        pytest.param("<div class=gmail_signature>x<br>" * 40_000, marks=pytest.mark.slow),
        pytest.param("<div class=moz-cite-prefix>x 1:<br>" * 40_000, marks=pytest.mark.slow),
    ],
    ids=range(13),
)
def test_hostile_pages_are_read_in_time_that_grows_with_their_length_only(page):
    started = time.process_time()

    rendered(page)

    assert time.process_time() - started < 8  # about one second alone; quadratic rules take minutes


@given(st.text(alphabet="colr:#fgb(),.01%9٣;/*\\ !importan{}<>style=\"'@media-", max_size=200))
def test_no_style_and_no_sheet_raises(style):
    assert rendered(f"<p style='{style}'>x</p><style>{style}</style><p class=a>y</p>").text is not None
    assert css.look(style) is not None
