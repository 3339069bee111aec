"""The maps of the invented companies fit: `mailbot datamap check` finds no fault in a company at work."""

from pathlib import Path

import pytest

from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.registry import Checkup, Pace, State
from tests.rights.conftest import MakeDatabase
from tests.schemas import Schema, furnish, write_map
from tests.schemas.no_key import SCHEMA as NO_KEY
from tests.schemas.three_levels import SCHEMA as THREE_LEVELS
from tests.schemas.two_stores import SCHEMA as TWO_STORES
from tests.schemas.woocommerce import SCHEMA as WOOCOMMERCE


@pytest.mark.parametrize("schema", [THREE_LEVELS, NO_KEY, TWO_STORES, WOOCOMMERCE], ids=lambda schema: schema.name)
async def test_no_fault_is_found_where_there_is_none(
    schema: Schema, dialect: str, database: MakeDatabase, tmp_path: Path
):
    urls = {store: database(store) for store in schema.stores(dialect)}
    await furnish(schema, dialect, urls)
    checkup = Checkup(datamap=load_datamap(write_map(schema, dialect, tmp_path)), urls=urls)

    found = [one async for one in checkup.findings(Pace())]
    await checkup.close()

    assert [one.line for one in found if one.state is State.FAULT] == []
    assert [one.line for one in found if "is not on the map" in one.said] == []
