"""What a column's type holds, as far as a map asks."""

from typing import Any

import sqlalchemy as sa

from mailbot.core.datamap.seen import Kind


def kind_of(type_: sa.types.TypeEngine[Any]) -> Kind:
    """The kind of a reflected type."""
    match type_:
        case sa.Boolean():
            return Kind.FLAG
        case sa.DateTime():
            return Kind.MOMENT
        case sa.Date():
            return Kind.DAY
        case sa.Numeric() | sa.Integer():
            return Kind.NUMBER
        case sa.String():
            return Kind.TEXT
        case _:
            return Kind.OTHER
