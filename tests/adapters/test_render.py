from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from jinja2.exceptions import SecurityError, UndefinedError

from mailbot.adapters.render import SAMPLE, SAMPLE_WAITING, TemplateRenderer
from mailbot.core.model import Language, Letter
from mailbot.errors import ConfigError
from mailbot.ports import Renderer

SHIPPED = Path(__file__).parents[2] / "templates"
ALMATY = ZoneInfo("Asia/Almaty")
KK, RU, EN = Language.KK, Language.RU, Language.EN


def renderer(*folders: Path, zone: ZoneInfo = ALMATY) -> TemplateRenderer:
    return TemplateRenderer(folders=[*folders, SHIPPED], zone=zone)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def unsubscribed(made: TemplateRenderer, **changes) -> str:
    return made.render([Letter.UNSUBSCRIBED], [RU], replace(SAMPLE, **changes).mapping()).body


def test_the_renderer_keeps_the_promises_of_its_port():
    port: Renderer = renderer()

    assert port.render([Letter.RECEIPT], [EN], SAMPLE.mapping()).languages == (EN,)


# ---------------------------------------------------------------- one letter, several letters, several languages


def test_several_letters_are_one_mail_with_one_greeting_and_one_footer():
    made = renderer()

    several = made.render([Letter.ACCESS, Letter.UNSUBSCRIBED], [RU], SAMPLE.mapping())

    assert several.subject == "№ 2026-0417: ответ на Ваши просьбы"
    assert several.body.count("Здравствуйте!") == 1
    assert several.body.count("Письмо подготовила программа") == 1
    assert several.body.index("мы храним Ваши персональные данные") < several.body.index("больше не отправляются")


def test_what_was_destroyed_is_told_once_where_two_letters_would_tell_it():
    both = renderer().render([Letter.WITHDRAWN, Letter.ERASED], [RU], SAMPLE.mapping())

    assert both.body.count("Уничтожено без возможности восстановления") == 1


def test_a_mail_of_several_that_asks_to_act_says_so_in_its_subject():
    both = renderer().render([Letter.UNSUBSCRIBED, Letter.CONFIRM], [RU], SAMPLE.mapping())

    assert both.subject == "№ 2026-0417: подтвердите уничтожение данных"


def test_several_languages_are_whole_letters_kazakh_first():
    both = renderer().render([Letter.ERASED], [EN, KK, RU], SAMPLE.mapping())

    assert both.languages == (KK, RU, EN)
    assert both.subject == "№ 2026-0417: деректеріңіз жойылды"
    first, second, third = both.body.split("—" * 24)
    assert first.startswith("Сәлеметсіз бе!")
    assert second.strip().startswith("Здравствуйте!")
    assert third.strip().startswith("Hello,")
    assert "АДАМ" in first
    assert "ЧЕЛОВЕК" in second
    assert "HUMAN" in third


def test_in_several_languages_nothing_is_said_in_short():
    both = renderer().render([Letter.ERASED], [KK, RU], SAMPLE.mapping()).body

    assert "Қысқаша" not in both
    assert "Кратко" not in both


def test_a_person_whose_language_is_not_known_gets_kazakh_and_russian():
    assert renderer().render([Letter.RECEIPT], [], SAMPLE.mapping()).languages == (KK, RU)


@pytest.mark.parametrize(("language", "in_short"), [(KK, "Кратко: "), (RU, "Қысқаша: "), (EN, "Кратко: ")])
def test_who_must_act_is_told_so_in_two_lines_of_another_language(language, in_short):
    body = renderer().render([Letter.CONFIRM], [language], SAMPLE.mapping()).body

    gist = next(part for part in body.split("\n\n") if part.startswith(in_short))
    assert len(gist.splitlines()) == 2


def test_who_need_not_act_and_lost_nothing_is_not_told_twice():
    assert "Қысқаша" not in unsubscribed(renderer())


def test_a_letter_that_tells_nothing_is_refused():
    with pytest.raises(ValueError, match="tells nothing"):
        renderer().render([], [RU], SAMPLE.mapping())


# ---------------------------------------------------------------- facts


def test_a_fact_that_is_missing_raises_and_nothing_half_written_leaves():
    with pytest.raises(UndefinedError, match="'token' is undefined"):
        renderer().render([Letter.CONFIRM], [KK], replace(SAMPLE, token=None).mapping())


def test_a_moment_is_shown_in_the_zone_of_the_company():
    at = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)

    assert "(24.11.2026, 01:30)" in unsubscribed(renderer(), done_at=at)
    assert "(23.11.2026, 23:30)" in unsubscribed(renderer(zone=ZoneInfo("Europe/Moscow")), done_at=at)


def test_a_day_given_as_a_moment_is_the_local_day():
    late = replace(SAMPLE, received_at=datetime(2026, 11, 23, 20, 30, tzinfo=UTC))

    assert "24 November 2026" in renderer().render([Letter.RECEIPT], [EN], late.mapping()).body


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="timezone-aware"):
        unsubscribed(renderer(), done_at=datetime(2026, 11, 23, 20, 30))  # noqa: DTZ001 - the point of the test


def test_a_category_without_a_word_of_its_own_is_called_by_its_parent():
    facts = replace(SAMPLE, destroyed=("user.contact.fax_number",)).mapping()

    assert "контактные данные" in renderer().render([Letter.ERASED], [RU], facts).body


def test_a_category_nobody_has_a_word_for_is_not_printed_as_a_key():
    facts = replace(SAMPLE, destroyed=("fleet",)).mapping()

    with pytest.raises(LookupError, match=r"words/ru.toml: \[category\] has no fleet"):
        renderer().render([Letter.ERASED], [RU], facts)


def test_a_phrase_of_the_company_is_said_in_the_readers_language_and_on_one_line():
    (held,) = SAMPLE.held or ()
    said = {KK: "жеткізу", RU: "доставка\n заказов", EN: "delivery"}
    facts = replace(SAMPLE, held=(replace(held, purposes=(said, dict.fromkeys(Language, "ABC"))),))

    assert "Зачем: доставка заказов; ABC." in renderer().render([Letter.ACCESS], [RU], facts.mapping()).body


def test_what_a_person_wrote_is_not_read_as_a_template():
    facts = replace(SAMPLE, person_text="{{ token }} {% if %}").mapping()

    assert "{{ token }} {% if %}" in renderer().render([Letter.WRITTEN], [RU], facts).body


def test_facts_may_be_handed_over_read_only():
    facts = MappingProxyType(SAMPLE.mapping())

    assert renderer().render([Letter.RECEIPT], [RU], facts).languages == (RU,)


# ---------------------------------------------------------------- the operator's own folder


def test_a_file_of_the_operators_wins_over_ours_and_the_others_stay(tmp_path):
    own = write(tmp_path, {"layout/ru/greeting.txt": "Добрый день!\n"})

    body = unsubscribed(renderer(own))

    assert body.startswith("Добрый день!\n\nПо Вашей просьбе")


def test_single_words_of_the_operators_win_over_ours(tmp_path):
    own = write(tmp_path, {"words/ru.toml": '[category]\nfleet = "автопарк"\n"user.name" = "ФИО"\n'})

    made = renderer(own)
    body = made.render(
        [Letter.ERASED], [RU], replace(SAMPLE, destroyed=("fleet", "user.name", "orders")).mapping()
    ).body

    assert "автопарк, ФИО, заказы." in body


def test_a_file_saved_by_an_editor_on_windows_is_read(tmp_path):
    own = write(tmp_path, {"layout/ru/greeting.txt": "\ufeffДобрый день!\r\n"})

    assert unsubscribed(renderer(own)).startswith("Добрый день!\n\n")


def test_a_template_cannot_reach_into_the_program(tmp_path):
    own = write(tmp_path, {"layout/ru/greeting.txt": "{{ operator.__class__.__mro__ }}"})

    with pytest.raises(SecurityError):
        unsubscribed(renderer(own))


def test_the_version_changes_with_any_template_and_any_word_and_with_nothing_else(tmp_path):
    letter = write(tmp_path / "letter", {"receipt/kk/body.txt": "Басқа мәтін"})
    word = write(tmp_path / "word", {"words/en.toml": '[category]\norders = "purchases"\n'})
    notes = write(tmp_path / "notes", {"receipt/kk/body.txt~": "draft", "README.md": "ours"})

    assert renderer(notes).version == renderer().version
    assert len({renderer().version, renderer(letter).version, renderer(word).version}) == 3


def test_what_is_rendered_is_what_the_version_names_even_when_the_file_changes(tmp_path):
    own = write(tmp_path, {"layout/ru/greeting.txt": "Добрый день!"})
    made = renderer(own)

    write(tmp_path, {"layout/ru/greeting.txt": "Привет!"})

    assert unsubscribed(made).startswith("Добрый день!")


# ---------------------------------------------------------------- faults, found before any letter is due


def test_what_is_shipped_has_no_fault():
    assert renderer().check() == ()


def test_check_names_the_letter_the_language_and_the_fault(tmp_path):
    own = write(
        tmp_path,
        {
            "erased/kk/body.txt": "{{ conut }}",
            "confirm/ru/gist.txt": "{% if %}",
            "operator/waiting/en/body.txt": "{{ cases[0].address }}",
        },
    )

    faults = renderer(own).check()

    assert [fault.partition(": ")[0] for fault in faults] == ["confirm/ru", "erased/kk", "operator/waiting/en"]
    assert "'conut' is undefined" in faults[1]


def test_check_names_categories_of_the_data_map_that_have_no_word():
    assert renderer().check(["user.contact.fax_number", "fleet"]) == (
        "words/kk.toml: [category] has no fleet",
        "words/ru.toml: [category] has no fleet",
        "words/en.toml: [category] has no fleet",
    )


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"words/ru.toml": "[category\n"}, "words/ru.toml: "),
        ({"words/ru.toml": 'orders = "заказы"\n'}, "every word stands in a table"),
    ],
)
def test_a_broken_file_is_named_when_the_renderer_is_made(tmp_path, files, says):
    with pytest.raises(ConfigError, match=says):
        renderer(write(tmp_path, files))


def test_a_file_in_an_old_encoding_is_named_when_the_renderer_is_made(tmp_path):
    (tmp_path / "greeting.txt").write_bytes("Здравствуйте".encode("cp1251"))

    with pytest.raises(ConfigError, match=r"greeting\.txt: cannot be read as UTF-8"):
        renderer(tmp_path)


def test_no_templates_at_all_is_said_when_the_renderer_is_made(tmp_path):
    with pytest.raises(ConfigError, match="there are none in"):
        TemplateRenderer(folders=[tmp_path], zone=ALMATY)


# ---------------------------------------------------------------- mails to the operator


def test_the_operator_is_told_which_case_waits_why_until_when_and_what_to_type():
    notice = renderer().notice("waiting", RU, replace(SAMPLE_WAITING, due=date(2026, 11, 26)))

    assert notice.subject == "mailbot: дело 2026-0417 — нужно решение человека"
    assert "№ 2026-0417" in notice.body
    assert "Последний день ответа: 26.11.2026" in notice.body
    assert "mailbot cases show 2026-0417" in notice.body


def test_several_cases_are_told_in_one_mail():
    second = replace(SAMPLE_WAITING, case="2026-0418", rights=(), reasons=())

    notice = renderer().notice("deadline", EN, SAMPLE_WAITING, second)

    assert notice.subject == "mailbot: cases (2): the time to answer is running out"
    assert notice.body.count("mailbot cases show 2026-04") == 2
    assert "Asked for: not clear" in notice.body
