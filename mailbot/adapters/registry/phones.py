"""A telephone number in the forms in which a company has written it, so that a plain index finds it."""

from collections.abc import Iterator, Sequence

HOME = "7"  # the country of a form that names none: Kazakhstan and Russia share it
TRUNK = "8"  # what they dial before a national number


def written(numbers: Sequence[str], forms: Sequence[str]) -> tuple[str, ...]:
    """*numbers* (E.164) in each of *forms*, each once; a number of another country fits no form of ours."""
    return tuple(dict.fromkeys(found for number in numbers for form in forms if (found := _in(form, number))))


def read(stored: Sequence[str], forms: Sequence[str]) -> Iterator[str]:
    """The E.164 numbers of what is *stored*, each in one of *forms*; what fits none of them is no number."""
    for text in stored:
        digits = "".join(sign for sign in text if sign.isdigit())
        for form in forms:
            places = form.count("#")
            for head in _heads(form):
                number = f"+{head}{digits[-places:]}"
                if text and _in(form, number) == text:
                    yield number
                    break


def _in(form: str, number: str) -> str:
    """*number* as *form* writes it; empty: it cannot."""
    digits, places = number.removeprefix("+"), form.count("#")
    if not places or len(digits) < places or digits[:-places] not in _heads(form):
        return ""
    national = iter(digits[-places:])
    return "".join(next(national) if sign == "#" else sign for sign in form)


def _heads(form: str) -> tuple[str, ...]:
    """What may stand in E.164 before the digits that *form* leaves open."""
    literal = "".join(sign for sign in form.partition("#")[0] if sign.isdigit())
    if form.lstrip().startswith("+"):
        return (literal,)
    if literal.startswith(TRUNK):
        return (HOME + literal.removeprefix(TRUNK),)
    if literal.startswith(HOME) and len(literal) + form.count("#") > len("7000000000"):
        return (literal,)
    return (HOME + literal,)
