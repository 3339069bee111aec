"""What takes long to make and is the same in every test, made once for each process: knowledge, empty databases.

Nothing of it is another thing than the program makes: the shipped knowledge is loaded by the program's own hand
and then shared, as the daemon shares it between letters; a database is made by alembic and copied as a file.
"""

import asyncio
import atexit
import functools
import gc
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.adapters import datamap_file, knowledge, law, reference_schema
from mailbot.adapters.ledger.migrate import upgrade

CONFIG = Path(__file__).parents[1] / "config"
Load = TypeVar("Load", bound=Callable[..., Any])


def share_what_is_shipped() -> None:
    """Whoever loads the shipped words, model, law or data map is given the same value; any other is read anew.

    To be called before a module takes the names into its own.
    """
    knowledge.load_knowledge = _once(knowledge.load_knowledge, of=CONFIG / "knowledge")
    knowledge.load_words = _once(knowledge.load_words, of=CONFIG / "knowledge")
    law.load_law = _once(law.load_law, of=CONFIG / "law")
    datamap_file.load_datamap = _once(datamap_file.load_datamap, of=CONFIG / "datamap.toml")


def _once(load: Load, *, of: Path) -> Load:
    """*load*, remembered for what is shipped: that changes under no test."""
    shipped = functools.cache(lambda: load(of))

    @functools.wraps(load)
    def loaded(path: Path) -> Any:
        return shipped() if path.resolve() == of else load(path)

    return cast("Load", loaded)


def leave_to_rest() -> None:
    """Thousands of tests and forty thousand words are for ever: the collector of garbage need not look at them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def empty_ledger(file: Path) -> None:
    """The SQLite ledger of the newest revision, as `mailbot db upgrade` makes it, at *file*."""
    shutil.copyfile(await asyncio.to_thread(_made, "ledger"), file)


async def empty_company(file: Path) -> None:
    """The reference company's database without a row, at *file*."""
    shutil.copyfile(await asyncio.to_thread(_made, "company"), file)


@functools.cache
def _made(name: str) -> Path:
    """The file to copy; made by another event loop, so on another thread."""
    file = folder() / f"{name}.sqlite"
    asyncio.run(_MAKERS[name](f"sqlite+aiosqlite:///{file}"))
    return file


@functools.cache
def folder() -> Path:
    """For what is kept from test to test; gone with the process."""
    made = Path(tempfile.mkdtemp(prefix="mailbot-once-"))
    atexit.register(clear)
    return made


def clear() -> None:
    """Take the folder away; workers of pytest-xdist end without a word to `atexit`."""
    if folder.cache_info().currsize:
        shutil.rmtree(folder(), ignore_errors=True)
        folder.cache_clear()
        _made.cache_clear()


async def _company(url: str) -> None:
    engine = create_async_engine(url)
    await reference_schema.create(engine)
    await engine.dispose()


_MAKERS: dict[str, Callable[[str], Coroutine[Any, Any, None]]] = {"ledger": upgrade, "company": _company}
