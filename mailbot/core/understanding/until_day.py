"""The day that is named by "до 1 марта", "бір айға", "until Friday"."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from mailbot.core.understanding.letters import Word
from mailbot.core.understanding.phrases import Said
from mailbot.core.understanding.until import DAY_MONTH, Span

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_END = frozenset({"kontsa", "sonina", "aiagina", "end"})  # до конца месяца
_CONJUNCTIONS = frozenset({"poka", "until", "till", "til", "while"})
_TOMORROW = frozenset({"zavtra", "ertenge", "tomorow", "tomorrow"})
_OF_MONTH = re.compile(r"(?<!\d)(\d{1,2})(?:-?(?:го|е|ое|ші|шi|сі|нші|st|nd|rd|th)\b| числ)")
_EARLIEST_YEAR, _LAST_DAY = 2000, 31
_CENTURY = 100


def day_of(text: str, words: Sequence[Word], said: Sequence[Said], span: Span, today: date) -> date | None:
    """The day that *span* names, on or after *today*; None where it names none, or none that there is."""
    roles = [one for one in said if span.first <= one.first <= span.last]
    told = span.told(text, words)
    try:
        return _written_day(told, today) or _named_day(told, words, roles, span, today)
    except ValueError:  # the 31st of February
        return None


def _written_day(told: str, today: date) -> date | None:
    match = DAY_MONTH.search(told)
    if match is None:
        return None
    day, month, year = int(match[1]), int(match[2]), int(match[3] or 0)
    if year:
        return date(year if year >= _CENTURY else _EARLIEST_YEAR + year, month, day)
    return _next(today, month, day)


def _named_day(told: str, words: Sequence[Word], roles: Sequence[Said], span: Span, today: date) -> date | None:
    month = _number_of("month.", roles)
    if month:
        return _day_in_month(told, month, today)
    weekday = _number_of("weekday.", roles)
    if weekday:
        return today + timedelta(days=(weekday - today.isoweekday() - 1) % 7 + 1)
    units = [one.role.removeprefix("unit.") for one in roles if one.role.startswith("unit.")]
    forms = {word.form or word.english for word in words[span.first : span.last + 1]}
    if forms & _END:
        return _end_of(units[0], today) if units else None
    if units and not forms & _CONJUNCTIONS:
        return _after(units[0], _amount(told, roles), today)
    if day := _OF_MONTH.search(told):
        return _next_day(today, int(day[1]))
    return today + timedelta(days=1) if forms & _TOMORROW else None


def _number_of(table: str, roles: Sequence[Said]) -> int:
    return next((int(one.role.removeprefix(table)) for one in roles if one.role.startswith(table)), 0)


def _day_in_month(told: str, month: int, today: date) -> date:
    numbers = [int(number) for number in re.findall(r"\d+", told)]
    year = next((number for number in numbers if number >= _EARLIEST_YEAR), 0)
    day = next((number for number in numbers if number <= _LAST_DAY), 1)
    return date(year, month, day) if year else _next(today, month, day)


def _next(today: date, month: int, day: int) -> date:
    this = date(today.year, month, day)
    return this if this >= today else date(today.year + 1, month, day)


def _next_day(today: date, day: int) -> date:
    """The next day of a month that has this number."""
    if day >= today.day:
        return today.replace(day=day)
    return _after("month", 1, today.replace(day=1)).replace(day=day)


def _after(unit: str, amount: int, today: date) -> date:
    if unit in _DAYS:
        return today + timedelta(days=_DAYS[unit] * amount)
    months = today.month - 1 + _MONTHS[unit] * amount
    year, month = today.year + months // 12, months % 12 + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _end_of(unit: str, today: date) -> date | None:
    match unit:
        case "week":
            return today + timedelta(days=7 - today.isoweekday())
        case "month":
            return today.replace(day=monthrange(today.year, today.month)[1])
        case "year":
            return date(today.year, 12, 31)
        case _:
            return None


def _amount(told: str, roles: Sequence[Said]) -> int:
    number = re.search(r"\d{1,3}", told)
    return int(number[0]) if number else _number_of("amount.", roles) or 1
