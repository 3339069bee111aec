"""A country's working days, counted so that an error makes us early, never late (requirements B.5)."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

DAY = timedelta(days=1)
SATURDAY = 5
_BOTH_DAYS = frozenset({"RU"})  # 14 and 15 December 1996, 4 and 5 January 2003; in Kazakhstan never since 2000
NO_DATES: frozenset[date] = frozenset()
ESTIMATED = "estimated"  # how the package marks a holiday whose date follows the moon and is not announced yet


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """Weekends and the holidays of the package `holidays`, under the operator's own table of dates, which wins.

    Source: requirements B.5, consequences 1, 2 and 5.
    """

    country: str | None  # ISO 3166 code; None: Monday to Friday, no holidays
    known_through: int  # last year whose holidays are known; in later years none shortens the count
    moved_through: int = 0  # last year whose moved working days are known; see `counts`
    add_off: frozenset[date] = NO_DATES
    add_work: frozenset[date] = NO_DATES
    version: str  # package and table, for evidence

    def open(self, day: date) -> bool:
        """Whether *day* is a working day, as far as anybody knows."""
        if day in self.add_work or day in self.add_off:
            return day in self.add_work
        off, moved = self._official(day.year)
        return day in moved or (day.weekday() < SATURDAY and day not in off)

    def _official(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        if self.country is None or year > self.known_through:
            return NO_DATES, NO_DATES
        return _holidays(self.country, year)

    def counts(self, day: date, *, since: date) -> bool:
        """Whether *day* uses up a working day of a term that began on *since*.

        Governments move working days to weekends, and late: Sunday 5 January 2025 was one in Kazakhstan. While
        nobody has confirmed the moved days of a year, any weekend may hold one. So its Saturday counts, and its
        Sunday where the term began on that Saturday, or where a weekend has been known to hold two.
        """
        if self.open(day):
            return True
        if self.country is None or day.year <= self.moved_through or day in self.add_off:
            return False
        return day.weekday() == SATURDAY or day - DAY == since or self.country in _BOTH_DAYS

    def after(self, day: date, count: int) -> date:
        """The *count*-th working day after *day*, or a day that may be it."""
        since = day
        while count:
            day += DAY
            count -= self.counts(day, since=since)
        return day

    def not_after(self, day: date) -> date:
        """*day*, or the nearest working day before it."""
        while not self.open(day):
            day -= DAY
        return day

    def between(self, since: date, last: date) -> int:
        """How many working days a term that began on *since* and ends on *last* has, or may have."""
        days = ((since + DAY * count) for count in range(1, (last - since).days + 1))
        return sum(self.counts(day, since=since) for day in days)


@cache
def _holidays(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Holidays that are certain, and weekend days on which people work, by the package.

    Read when first needed, and once for each year: the package takes 50 ms to import.
    """
    from holidays import country_holidays  # noqa: PLC0415 - 50 ms that most commands do not need

    known = country_holidays(country, years=year, language="en_US")  # English, for the mark of an estimate
    moved = frozenset(day for day in known.weekend_workdays if day.year == year)
    certain = (day for day in known if any(ESTIMATED not in name for name in known.get_list(day)))
    return frozenset(certain), moved
