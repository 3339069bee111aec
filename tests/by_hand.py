"""An office whose map has a place that is no database, and parties: one with e-mail, one without."""

from pathlib import Path

from tests.office import Office, open_office

SHIPPED = Path(__file__).parents[1] / "config" / "datamap.toml"
PARTY, PERSON, OPERATOR = "privacy@hosting.example.kz", "archive@example.kz", "lawyer@example.kz"
HOSTING, DELIVERY = "ТОО «Пример Хостинг»", "ТОО «Пример Доставка»"

ARCHIVE = """
[[manual]]
name = "archive"
system = "Бумажный архив"
person = "Болат Пример"
mail = "archive@example.kz"
category = "orders"
within_days = 3
rights = ["withdraw_consent", "erasure", "unsubscribe", "access"]
how = "третья полка"
"""


async def open_with_hands(folder: Path, *, manual: str = ARCHIVE, parties: bool = True) -> Office:
    """The same office as ever, but for its map."""
    text = SHIPPED.read_text(encoding="utf-8").replace('email = "privacy@delivery.example.kz"\n', "")
    if not parties:
        before, _, after = text.partition("[[processors]]")
        text = before + after[after.index("[words.purpose]") :]
    (folder / "datamap.toml").write_text(text.replace("[words.purpose]", f"{manual}\n[words.purpose]", 1), "utf-8")
    return await open_office(folder)
