"""Logging set up once: JSON lines for journald, readable lines on a terminal, personal data refused.

Refused in three places (STYLE, rule 9): by key in `refuse_personal`, by pattern in the same processor,
and by tracebacks without local variables. An acceptance test greps what was logged for the test addresses.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

_PERSONAL_KEYS = frozenset(
    {
        "address",
        "addresses",
        "author",
        "body",
        "from",
        "name",
        "full_name",
        "mail",
        "message",
        "own_words",
        "password",
        "phone",
        "raw",
        "recipient",
        "sender",
        "subject_line",
        "text",
        "to",
        "token",
        "user",
    }
)
_ADDRESS = re.compile(r"[^\s@<>'\"(),;:]+@[^\s@<>'\"(),;:]+")
_PHONE = re.compile(r"(?<![\w-])\+?\d[\d ()-]{8,}\d(?![\w-])")
_LOUD = ("aioimaplib", "aiosmtplib", "asyncio", "sqlalchemy", "aiosqlite", "alembic", "dkim", "mail.log")


def _clean(value: object) -> object:
    if isinstance(value, str):
        return _PHONE.sub("[phone]", _ADDRESS.sub("[address]", value))
    if isinstance(value, Mapping):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _clean(str(value))


def refuse_personal(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop values under keys that name personal data, and mask whatever looks like an address or phone."""
    return {
        key: "[refused]" if key in _PERSONAL_KEYS else value if key == "timestamp" else _clean(value)
        for key, value in event.items()
    }


def _processors(*, terminal: bool) -> list[Processor]:
    tracebacks = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    last: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True)
    )
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([] if terminal else [tracebacks]),
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        *([structlog.processors.format_exc_info] if terminal else []),
        refuse_personal,
        last,
    ]


def set_up(*, level: str = "INFO", stream: TextIO | None = None, terminal: bool | None = None) -> None:
    """Send every log line, ours and the libraries', to *stream* (default: standard output).

    *terminal* chooses readable lines; None asks the stream. Libraries are kept at WARNING: at DEBUG
    aioimaplib prints mail bodies and passwords (LIBRARIES 1.1).
    """
    out = stream or sys.stdout
    processors = _processors(terminal=out.isatty() if terminal is None else terminal)
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=processors, foreign_pre_chain=[structlog.stdlib.ExtraAdder()]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=False,
    )


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; events are dotted names, values go under keys: ``log.info("letter.received", case=…)``."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
