"""The pages of the book about the mailbox and the letters in it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import folders, letters, looked_at
from mailbot.core.case import NewLetter, StoredLetter
from mailbot.core.model import Place, Route
from mailbot.errors import Conflict
from mailbot.ports import Progress

_CHUNK = 500  # values in one statement; SQLite takes 32,766, old ones 999


class MailPages:
    """How far folders are read, what was looked at, which letters wait."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def progress(self, folder: str) -> Progress | None:
        """How far *folder* has been read; None: never looked at."""
        row = (await self._db.execute(select(folders).where(folders.c.folder == folder))).one_or_none()
        return None if row is None else Progress(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it

    async def begin(
        self,
        folder: str,
        uidvalidity: int,
        uid: int,
        *,
        at: datetime,
        distrust_before: datetime | None = None,
    ) -> None:
        """Take *folder* as it stands for its beginning; a folder known before starts over."""
        await self._db.execute(delete(folders).where(folders.c.folder == folder))
        await self._db.execute(
            insert(folders).values(
                folder=folder,
                uidvalidity=uidvalidity,
                begin_uid=uid,
                seen_up_to=uid,
                last_look=at,
                swept_at=at,
                distrust_before=distrust_before,
            )
        )

    async def advance(self, folder: str, uidvalidity: int, uid: int, *, at: datetime) -> None:
        """Everything up to *uid* has been looked at."""
        here = (folders.c.folder == folder) & (folders.c.uidvalidity == uidvalidity)
        await self._db.execute(update(folders).where(here).values(last_look=at))
        await self._db.execute(update(folders).where(here, folders.c.seen_up_to < uid).values(seen_up_to=uid))

    async def forget_gone(self, folder: str, uidvalidity: int, present: Collection[int], *, at: datetime) -> int:
        """Forget what was looked at in *folder* and is no longer there; how many. Letters are not forgotten."""
        here = (looked_at.c.folder == folder) & (looked_at.c.uidvalidity == uidvalidity)
        known = set((await self._db.execute(select(looked_at.c.uid).where(here))).scalars())
        gone = sorted(known.difference(present))
        for start in range(0, len(gone), _CHUNK):
            chunk = gone[start : start + _CHUNK]
            await self._db.execute(delete(looked_at).where(here, looked_at.c.uid.in_(chunk)))
        await self._db.execute(update(folders).where(folders.c.folder == folder).values(swept_at=at))
        return len(gone)

    async def known(self, digests: Collection[str]) -> Mapping[str, bool]:
        """Which of these SHA-256 have been looked at before, wherever they lay; True: kept as a letter."""
        found: dict[str, bool] = {}
        for table in (looked_at, letters):
            result = await self._db.execute(select(table.c.sha256).where(table.c.sha256.in_(digests)))
            found.update(dict.fromkeys(result.scalars(), table is letters))
        return found

    async def looked_at(self, place: Place, digest: str, route: Route, knowledge: str, *, at: datetime) -> None:
        """Note that a message was looked at and is none of our business; no content."""
        await self._db.execute(
            insert(looked_at).values(
                sha256=digest,
                folder=place.folder,
                uidvalidity=place.uidvalidity,
                uid=place.uid,
                route=route,
                knowledge=knowledge,
                at=at,
            )
        )

    async def relocate(self, digest: str, place: Place) -> None:
        """The message with these bytes lies at *place* now."""
        where = {"folder": place.folder, "uidvalidity": place.uidvalidity, "uid": place.uid}
        for table in (letters, looked_at):
            await self._db.execute(update(table).where(table.c.sha256 == digest).values(**where))

    async def keep(self, letter: NewLetter) -> int:
        """Store a letter that waits for its decision; its id."""
        result = await self._db.execute(
            insert(letters).values(**rows.letter_fields(letter)).returning(letters.c.id)
        )
        return int(result.scalar_one())

    async def undecided(self, *, now: datetime, limit: int) -> Sequence[StoredLetter]:
        """Letters whose decision is due, by rank (C27), then the oldest arrival first."""
        order = (letters.c.rank, letters.c.received_at, letters.c.id)
        due = select(letters.c.id).where(letters.c.run_at <= now).order_by(*order).limit(limit)
        ids = (await self._db.execute(due)).scalars().all()  # first: a sort must not carry ten thousand messages
        result = await self._db.execute(select(letters).where(letters.c.id.in_(ids)).order_by(*order))
        return [rows.letter(row) for row in result]

    async def undecided_later(self, *, now: datetime) -> int:
        """How many letters were put off and are not due yet."""
        query = select(func.count()).select_from(letters).where(letters.c.run_at > now)
        return int((await self._db.execute(query)).scalar_one())

    async def letter(self, letter_id: int) -> StoredLetter:
        """One letter; raises KeyError where there is none."""
        row = (await self._db.execute(select(letters).where(letters.c.id == letter_id))).one_or_none()
        if row is None:
            raise KeyError(f"no letter {letter_id}")
        return rows.letter(row)

    async def twin(self, letter: StoredLetter) -> StoredLetter | None:
        """An earlier letter of a case that is the same letter by another way."""
        row = (
            await self._db.execute(
                select(letters)
                .where(letters.c.twin == letter.twin, letters.c.id != letter.id, letters.c.case_id.is_not(None))
                .order_by(letters.c.id)
                .limit(1)
            )
        ).one_or_none()
        return None if row is None else rows.letter(row)

    async def letters_of(self, case_id: int) -> Sequence[StoredLetter]:
        """The person's letters, oldest first."""
        result = await self._db.execute(
            select(letters).where(letters.c.case_id == case_id).order_by(letters.c.received_at, letters.c.id)
        )
        return [rows.letter(row) for row in result]

    async def decided(self, letter_id: int, case_id: int) -> None:
        """The letter belongs to this case; raises `Conflict` where it has been decided already."""
        result = await self._db.execute(
            update(letters)
            .where(letters.c.id == letter_id, letters.c.run_at.is_not(None))
            .values(case_id=case_id, run_at=None)
        )
        if result.rowcount != 1:
            raise Conflict(f"letter {letter_id} has been decided already")

    async def dismiss(self, letter_id: int) -> None:
        """The letter belongs to no case; raises `Conflict` where it has been decided already."""
        result = await self._db.execute(
            update(letters).where(letters.c.id == letter_id, letters.c.run_at.is_not(None)).values(run_at=None)
        )
        if result.rowcount != 1:
            raise Conflict(f"letter {letter_id} has been decided already")

    async def put_off(self, letter_id: int, *, until: datetime, stumbled: bool) -> None:
        """Decide it later; a letter that has been decided meanwhile stays decided."""
        await self._db.execute(
            update(letters)
            .where(letters.c.id == letter_id, letters.c.run_at.is_not(None))
            .values(run_at=until, attempts=letters.c.attempts + int(stumbled))
        )
