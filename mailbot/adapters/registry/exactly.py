"""Equality letter by letter: MariaDB's usual collations take e for ë, and somebody for somebody else."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class LetterByLetter(sa.FunctionElement[bool]):
    """Whether a column holds one of some texts, letter by letter; true where the database compares so anyhow."""

    type = sa.Boolean()
    inherit_cache = True


def is_one_of(column: sa.ColumnElement[Any], texts: Sequence[str]) -> sa.ColumnElement[bool]:
    """Rows in which *column* is one of *texts*: found by its index, whatever its collation takes for equal."""
    return sa.and_(column.in_(texts), LetterByLetter(column, *(sa.literal(text, sa.String()) for text in texts)))


@compiles(LetterByLetter)
def _compared_so_anyhow(_element: LetterByLetter, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(sa.true(), **options)


@compiles(LetterByLetter, "mysql")
@compiles(LetterByLetter, "mariadb")
def _compared_by_collation(element: LetterByLetter, compiler: SQLCompiler, **options: Any) -> str:
    column, *texts = (compiler.process(part, **options) for part in element.clauses)
    return f"(CONVERT({column} USING utf8mb4) COLLATE utf8mb4_bin IN ({', '.join(texts)}))"
