"""Transfer encodings as they come: named sloppily, damaged, wrong, or not named at all. Nothing here raises."""

import binascii
import re
import string

_COMMENT = re.compile(r"\([^()]*\)")
_NOT_LETTER = re.compile(r"[^a-z0-9]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_ALPHABET = string.ascii_letters.encode() + string.digits.encode() + b"+/="
_SPACES = string.whitespace.encode()
_LINE = re.compile(rb"[^\r\n]+")
_PADDED = re.compile(rb"([A-Za-z0-9+/]*+)(=*+)")
_ENCODED_LINE = re.compile(rb"[ \t]*[A-Za-z0-9+/]+=*[ \t]*")
_ENCODED_BODY = re.compile(rb"\s*+(?:[A-Za-z0-9+/]{40,}+={0,2}+\s*+)++[A-Za-z0-9+/]*+={0,2}+\s*+")
_ENCODED_OCTET = re.compile(rb"=[89A-Fa-f][0-9A-Fa-f]")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*[\r\n]+", re.MULTILINE)
_UU_END = re.compile(rb"^(?:end|`)[ \t\r]*$", re.MULTILINE)
_UNDECLARED = 8  # encoded octets that make quoted-printable of what is not called so
_LOOK_AT = 4096  # octets that tell whether base64 holds text
_CONTROLS = bytes(range(9)) + bytes(range(14, 32)) + b"\x7f"
_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})


def decoded(payload: bytes, encoding: str) -> bytes:
    """Octets of a body whose Content-Transfer-Encoding says *encoding*; what is not encoded stays as it is."""
    name = _NOT_LETTER.sub("", _COMMENT.sub("", encoding).lower())
    if "base64" in name or name == "b64":
        return _base64_body(payload)
    if name.startswith(("quoted", "qp")) or name.endswith("quotedprintable"):
        return binascii.a2b_qp(payload)
    if "uu" in name:
        return _uuencoded(payload)
    return payload if name in _IDENTITY and not payload.isascii() else _undeclared(payload)


def base64(data: bytes) -> bytes:
    """Octets of base64 as it comes in mail: rubbish, missing padding, and padding in the middle are forgiven."""
    compact = data.translate(None, _SPACES)
    if compact.translate(None, _ALPHABET) or b"=" in compact.rstrip(b"="):
        return _damaged_base64(compact)
    return _letters(compact.rstrip(b"="))


def _damaged_base64(data: bytes) -> bytes:
    chunks: list[bytes] = []
    pieces: list[bytes] = []
    length = 0
    for run in _PADDED.finditer(_NOT_BASE64.sub(b"", data)):
        pieces.append(run[1])
        length += len(run[1])
        if length % 4 in {2, 3} and run[2]:  # padding where padding can stand: another encoder went on
            chunks.append(_letters(b"".join(pieces)))
            pieces, length = [], 0
    return b"".join((*chunks, _letters(b"".join(pieces))))


def _letters(letters: bytes) -> bytes:
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    padding = b"=" * (-len(letters) % 4)
    return binascii.a2b_base64(letters + padding if padding else letters)


def _base64_body(payload: bytes) -> bytes:
    """A body in base64, with the plain lines that a list or a scanner put around it; plain text is left alone."""
    if not payload.translate(None, _ALPHABET + _SPACES):
        return base64(payload)
    lines = [line[0] for line in _LINE.finditer(payload)]
    encoded = [line for line in lines if _is_encoded(line)]
    if 2 * sum(map(len, encoded)) < sum(map(len, lines)):
        return payload
    first = lines.index(encoded[0])
    last = len(lines) - lines[::-1].index(encoded[-1])
    around = [b"\n".join(line for line in part if _is_plain(line)) for part in (lines[:first], lines[last:])]
    inside = b"\n".join(line for line in lines[first:last] if not _is_plain(line))
    return b"\n".join(piece for piece in (around[0], base64(inside), around[1]) if piece)


def _is_encoded(line: bytes) -> bool:
    """A line of base64, perhaps with a wrong octet in it."""
    return bool(_ENCODED_LINE.fullmatch(line)) or (
        b" " not in line.strip() and 10 * len(_NOT_BASE64.sub(b"", line)) > 9 * len(line)
    )


def _is_plain(line: bytes) -> bool:
    """Words between or around the lines of base64."""
    return b" " in line.strip() and not _is_encoded(line)


def _uuencoded(payload: bytes) -> bytes:
    begin = _UU_BEGIN.search(payload)
    if begin is None:
        return payload
    end = _UU_END.search(payload, begin.end())
    lines = _LINE.findall(payload[begin.end() : end.start() if end else len(payload)])
    try:
        return b"".join(map(_uu_line, lines))
    except ValueError:
        return payload


def _uu_line(line: bytes) -> bytes:
    """A line; encoders that pad it wrongly are forgiven, as uudecode does."""
    try:
        return binascii.a2b_uu(line)
    except ValueError:
        octets = (((line[0] - 32) & 63) * 4 + 5) // 3
        return binascii.a2b_uu(line[:octets])


def _undeclared(payload: bytes) -> bytes:
    """What calls itself plain, or nothing known, and is plainly encoded all the same."""
    if _ENCODED_BODY.fullmatch(payload):
        octets = base64(payload)
        return octets if _is_text(octets[:_LOOK_AT]) else payload
    if payload.isascii() and len(_ENCODED_OCTET.findall(payload[: 16 * _LOOK_AT])) >= _UNDECLARED:
        return binascii.a2b_qp(payload)
    return payload


def _is_text(octets: bytes) -> bool:
    """Words, not a file."""
    return b" " in octets and not octets.translate(None, bytes(set(range(256)) - set(_CONTROLS)))
