"""When a person was last heard of, where the map names the column (issue 4, item 7: recycled addresses)."""

from dataclasses import replace
from datetime import date

import pytest

from mailbot.core.datamap import DataMap
from tests.adapters.registry.company import ANNA, MAP, MAY, fill, registry_of


def naming(last_contact: str | None, *, table: str = "subjects") -> DataMap:
    """The reference map with the column for the last contact in *table*."""
    (store,) = MAP.stores
    tables = tuple(replace(one, last_contact=last_contact) if one.name == table else one for one in store.tables)
    return replace(MAP, stores=(replace(store, tables=tables),))


@pytest.mark.parametrize(("named", "last_contact"), [("since", MAY.date()), (None, None)])
async def test_the_last_contact_is_told_where_the_map_names_its_column(
    url: str, named: str | None, last_contact: date | None
):
    await fill(url)
    registry = registry_of(url, naming(named))
    found = await registry.find(ANNA)
    await registry.close()

    assert found
    assert {subject.last_contact for subject in found} == {last_contact}


def test_only_a_table_of_persons_says_when_somebody_was_last_heard_of():
    with pytest.raises(ValueError, match="last_contact: only a table of persons"):
        naming("subscribed_at", table="subscriptions")
