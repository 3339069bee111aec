from pathlib import Path

import pytest

from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.reference_schema import METADATA
from mailbot.core.datamap import ByEmail, Delete, Keep, Mark, Through
from mailbot.errors import ConfigError

SAMPLE = Path("config/datamap.toml")


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """The sample with one passage changed."""
    text = SAMPLE.read_text()
    assert old in text
    path = tmp_path / "datamap.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_sample_maps_every_table_of_the_reference_schema():
    (store,) = load_datamap(SAMPLE).stores

    assert {table.name for table in store.tables} == set(METADATA.tables)
    for table in store.tables:
        assert set(table.named_columns) <= set(METADATA.tables[table.name].columns.keys())


def test_the_sample_says_what_each_step_does():
    datamap = load_datamap(SAMPLE)
    (store,) = datamap.stores
    subjects, subscriptions = store.table("subjects"), store.table("subscriptions")

    assert subjects.ways == (ByEmail(column="email"),)
    assert subscriptions.ways == (Through(table="subjects", columns=("subject_id",), key=("id",)),)
    assert subscriptions.suppress == Mark(columns=("stopped_at",), where={"channel": "email"})
    assert subscriptions.destroy == Delete()
    assert datamap.obligations_known


def test_a_column_takes_its_tables_terms_unless_it_says_its_own():
    columns = {column.name: column for column in load_datamap(SAMPLE).stores[0].table("subjects").columns}

    assert columns["phone"].terms.purposes == ("feedback", "promotion")
    assert columns["language"].terms.purposes == ("feedback",)


def test_a_changed_file_is_another_version(tmp_path: Path):
    assert load_datamap(SAMPLE).version != load_datamap(changed(tmp_path, "30 days", "31 days")).version


def test_rows_can_be_kept_for_a_norm(tmp_path: Path):
    path = changed(tmp_path, 'destroy = "delete"                    # reached', 'destroy = "delete" # reached')
    path.write_text(
        path.read_text().replace(
            "[[processors]]",
            """[[stores.tables]]
name = "invoices"
key = ["series", "number"]
email = "mail"
email_is_lower_case = true
category = "orders"
purpose = "orders"
ground = "law"
source = "order"
retention = "by_norm"
destroy = { keep = "НК РК, ст. 48" }
columns.mail = { category = "user.contact.email" }

[[processors]]""",
            1,
        )
    )

    invoices = load_datamap(path).stores[0].table("invoices")

    assert (invoices.key, invoices.destroy) == (("series", "number"), Keep("НК РК, ст. 48"))
    assert invoices.ways == (ByEmail(column="mail", folded=True),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('set_now = "blocked_at"', 'set_nov = "blocked_at"', "store company, table subjects: .*`set_nov`.*stop"),
        ('key = "id"', "key = 1", r"store company, table subjects: .*\$\.key"),
        ("persons = true", "person = true", "store company, table subjects: .*unknown field `person`"),
        ('email = "email"', "", "store company, table subjects: say how a person is found"),
        (
            'purpose = "promotion"',
            'purpose = "fun"',
            r"table subscriptions: column channel, purpose: words\.purpose\.fun",
        ),
        ('country = "KZ"', 'contry = "KZ"', "processors, ТОО «Пример Хостинг»: .*`contry`"),
        ('table = "subjects"', 'table = "people"', "table subscriptions: through: table people"),
        ('name = "company"', "name = company", "Invalid value"),
        ('system = "', 'url = "x"\nurl_env = "Y"\nsystem = "', "store company: give url or url_env, not both"),
        ("[words.ground]", "[words.gruond]", "top level: .*`gruond`"),
    ],
)
def test_a_fault_is_named_by_file_store_table_and_key(tmp_path: Path, old: str, new: str, said: str):
    path = changed(tmp_path, old, new)

    with pytest.raises(ConfigError, match=f"datamap.toml: .*{said}"):
        load_datamap(path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        load_datamap(tmp_path / "nowhere.toml")
