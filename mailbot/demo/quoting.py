"""How mail programs quote the letter that is answered: below the answer, each in its own way and language."""

from dataclasses import dataclass
from email.message import EmailMessage
from html import escape

from mailbot.demo.story import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer with the letter it answers, as text and, where the program writes it, as HTML."""

    text: str
    html: str = ""


def quoted(text: str, quote: Quote, answered: EmailMessage) -> Said:
    """*text* with our letter *answered* below it, as a program quotes."""
    body = answered.get_content().rstrip()
    sender = answered["From"].addresses[0]
    match quote:
        case Quote.GMAIL:
            line = f"On {_day(answered)}, {sender.display_name} <{sender.addr_spec}> wrote:"
            return Said(text=f"{text}\n\n{line}\n\n{_marked(body)}\n", html=_gmail(text, line, body))
        case Quote.OUTLOOK:
            return Said(text=f"{text}\n\n{_outlook(answered, body)}")
        case Quote.PHONE:
            line = f"{_day(answered)}, {sender.display_name} <{sender.addr_spec}> написал(а):"
            return Said(text=f"{text}\n\nОтправлено с iPhone\n\n> {line}\n> \n{_marked(body)}\n")


def _day(answered: EmailMessage) -> str:
    return f"{answered['Date'].datetime:%d.%m.%Y, %H:%M}"


def _marked(body: str) -> str:
    return "\n".join(f"> {line}" for line in body.splitlines())


def _outlook(answered: EmailMessage, body: str) -> str:
    heads = (
        f"From: {answered['From']}\nSent: {_day(answered)}\nTo: {answered['To']}\nSubject: {answered['Subject']}\n"
    )
    return f"________________________________\n{heads}\n{body}\n"


def _gmail(said: str, line: str, body: str) -> str:
    lines = "<br>\n".join(escape(one) for one in body.splitlines())
    return (
        f'<div dir="ltr">{escape(said)}</div><br>\n'
        f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{escape(line)}<br></div>\n'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">\n'
        f"{lines}\n</blockquote></div>\n"
    )
