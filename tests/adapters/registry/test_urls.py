"""Two stores are two databases: no store is ever reached by another's URL."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.adapters import reference_schema as schema
from mailbot.app import make_registry
from mailbot.config import Settings, load
from mailbot.core.datamap import DataMap
from mailbot.core.model import StepKind
from mailbot.errors import ConfigError
from tests.adapters.registry.company import ANNA, MAP, NOON, TODAY, column, fill, step
from tests.office import SECRETS, SETTINGS

SHOP = "MAILBOT_SHOP_URL"


def two_stores(*, url_env: str | None = None) -> DataMap:
    """The company, and a shop on the same tables in another place."""
    return replace(MAP, stores=(MAP.stores[0], replace(MAP.stores[0], name="shop", url_env=url_env)))


def settings_of(folder: Path, **environ: str) -> Settings:
    path = folder / "mailbot.toml"
    path.write_text(SETTINGS.format(folder=folder), encoding="utf-8")
    return load(path, {**SECRETS, **environ})


async def filled(folder: Path, name: str) -> str:
    (folder / name).touch()
    url = f"sqlite+aiosqlite:///{folder}/{name}"
    await fill(url)
    return url


async def test_two_stores_act_each_in_its_own_database(tmp_path: Path):
    company, shop = await filled(tmp_path, "one.db"), await filled(tmp_path, "two.db")
    settings = settings_of(tmp_path, MAILBOT_COMPANY_URL=company, **{SHOP: shop})
    registry = make_registry(settings, two_stores(url_env=SHOP), today=lambda: TODAY)

    found = await registry.find(ANNA)
    done = await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)
    await registry.close()

    assert [subject.key for subject in found] == ["company/subjects/1", "shop/subjects/1"]
    assert [(change.store, change.rows) for change in done] == [("company", 2), ("shop", 2)]
    for url in (company, shop):
        assert await column(url, schema.SUBSCRIPTIONS.c.stopped_at) == [NOON, NOON, None]


@pytest.mark.parametrize("name", ["shop_url", SHOP])
async def test_a_credential_of_that_name_holds_the_url_of_a_store(tmp_path: Path, name: str):
    company, shop = await filled(tmp_path, "one.db"), await filled(tmp_path, "two.db")
    (tmp_path / name).write_text(f"{shop}\n", encoding="utf-8")
    settings = settings_of(tmp_path, MAILBOT_COMPANY_URL=company, CREDENTIALS_DIRECTORY=str(tmp_path))
    registry = make_registry(settings, two_stores(url_env=SHOP), today=lambda: TODAY)

    await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)
    await registry.close()

    assert await column(shop, schema.SUBSCRIPTIONS.c.stopped_at) == [NOON, NOON, None]


def test_a_store_whose_variable_is_not_set_stops_the_program_and_names_it(tmp_path: Path):
    settings = settings_of(tmp_path, MAILBOT_COMPANY_URL="sqlite+aiosqlite:////one.db")

    with pytest.raises(ConfigError, match=f"store shop: no database URL; set .*{SHOP}"):
        make_registry(settings, two_stores(url_env=SHOP), today=lambda: TODAY)


def test_a_second_store_that_names_no_url_is_not_given_the_first_ones(tmp_path: Path):
    settings = settings_of(tmp_path, MAILBOT_COMPANY_URL="sqlite+aiosqlite:////one.db")

    with pytest.raises(ConfigError, match="store shop: no database URL; set its url or url_env in the data map"):
        make_registry(settings, two_stores(), today=lambda: TODAY)


async def test_the_only_store_is_the_company_whatever_it_is_called(tmp_path: Path):
    company = await filled(tmp_path, "one.db")
    settings = settings_of(tmp_path, MAILBOT_COMPANY_URL=company)
    only = replace(MAP, stores=(replace(MAP.stores[0], name="shop"),))
    registry = make_registry(settings, only, today=lambda: TODAY)

    assert [subject.key for subject in await registry.find(ANNA)] == ["shop/subjects/1"]
    await registry.close()


async def test_a_store_called_company_may_name_its_own_url(tmp_path: Path):
    company, shop = await filled(tmp_path, "one.db"), await filled(tmp_path, "two.db")
    settings = settings_of(tmp_path, MAILBOT_COMPANY_URL=company, **{SHOP: shop})
    own = replace(MAP, stores=(replace(MAP.stores[0], url_env=SHOP),))
    registry = make_registry(settings, own, today=lambda: TODAY)

    await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)
    await registry.close()

    assert await column(company, schema.SUBSCRIPTIONS.c.stopped_at) == [None, None, None]
    assert await column(shop, schema.SUBSCRIPTIONS.c.stopped_at) == [NOON, NOON, None]
