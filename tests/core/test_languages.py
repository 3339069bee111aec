import pathlib
import shutil
import time
import tomllib

import pytest

from mailbot.adapters.knowledge import load_words
from mailbot.core.model import Language
from mailbot.core.understanding import languages_of
from mailbot.core.understanding.find import groups_in
from mailbot.core.understanding.knowledge import FOREIGN
from mailbot.core.understanding.languages import asks_unspaced
from mailbot.core.understanding.letters import words_of
from mailbot.errors import ConfigError

TESTS = pathlib.Path(__file__).parents[1]
FOLDER = TESTS.parent / "config" / "knowledge"
KNOWLEDGE = load_words(FOLDER)
LETTERS = tomllib.loads((TESTS / "foreign_letters.toml").read_text(encoding="utf-8"))
KK, RU, EN = Language.KK, Language.RU, Language.EN


def asks(text: str) -> bool:
    found = groups_in(words_of(text), KNOWLEDGE)
    return any(one.group == FOREIGN for one in found) or asks_unspaced(text, KNOWLEDGE)


def every(kind: str) -> list[str]:
    return [text for code in LETTERS for text in LETTERS[code][kind]]


@pytest.mark.parametrize("text", every("requests") + every("ordinary"))
def test_a_letter_in_another_language_is_in_none_of_ours(text):
    assert languages_of(text, KNOWLEDGE) == ()


def test_requests_in_other_languages_are_told_from_letters_about_roofs():
    requests, ordinary = every("requests"), every("ordinary")

    assert sum(map(asks, requests)) >= 0.98 * len(requests)
    assert [text for text in ordinary if asks(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Деректеріңізден мені алып тастаңыздар",
        "Менің атым Улугбек, тізімдеріңізден шығарыңыздар",
        "Сиздерден бир отиниш: менин номиримди базадан ошириниздерши",
        "Маган енди жарнама жибермениздерши, отинемин",
        "Менин атым кате жазылган, тузетип бериниздерши",
        "бизге накладной керек еди, кашан жибересиздер",
        "Mening derekterimdi joiyńyzdar, ótinemin",
        "Meniñ derekterimdi joıyñyzdar, ötınemın",
        "Maǵan endi jarnama jibermeńizder",
        "Menin derekterimdi oshirip tastanyzdar, jarnama da kerek emes",
        "Kelisimimdi keri alamyn, derekterimdi de tolyq oshirip tastanyzdar",
        "Derbes derekterimdi ondeuge bergen kelisimimdi qaitaryp alamyn",
        "Dosymnyng tughan zhylyn auystyryngyz, ozi toltyra almaidy",
        "Атым оше берсин, жерлесиндер",
        "Кітапты алдым, рақмет",
    ],
)
def test_kazakh_stays_kazakh_however_it_is_typed(text):
    assert languages_of(text, KNOWLEDGE)[:1] == (KK,)


@pytest.mark.parametrize(
    "text",
    [
        "Удалите мои данные, дякую",
        "Пишу из Киева: вул. Хрещатик 1. Отпишите меня от рассылки, пожалуйста",
        "Добрый день, я из Бишкека, сколько стоит лист и есть ли доставка?",
        "Zdravstvuyte, udalite moi dannye iz vashey bazy",
        "Здраствуйте, удолите мой акаунт пажалуста",
        "Моя фамилия Шевченко, исправьте, у вас написано Шевчэнко",
        "Алло, хачу чтобы мне ни звонили больше",
        "рассылка",
    ],
)
def test_russian_stays_russian(text):
    assert languages_of(text, KNOWLEDGE)[:1] == (RU,)


@pytest.mark.parametrize(
    "text",
    [
        "Please delete my data and do not write to me. Mit freundlichen Grüßen, Jürgen Großmann, München",
        "pls no more spam mail me, i not want, del my acount",
        "My name is José García, not Jose Garcia. Please correct it in your records.",
        "We are Société Générale de Toiture, 12 rue de la Paix. Send us the price list, please.",
        "I am from Istanbul, want to know what data you have on me, thanks, Ayşe Yılmaz",
        "Yours consent form I want back, personal data forget please",
        "consent kaput, data kaput pls",
        "Retract: consent. Scope: everything. Reason: mine.",
    ],
)
def test_english_stays_english_however_bad_and_whoever_signs(text):
    assert languages_of(text, KNOWLEDGE)[:1] == (EN,)


def test_a_letter_in_two_of_our_languages_is_in_both():
    text = "Здравствуйте, прошу вас. Менің деректерімді маған жіберіңіздер"

    assert languages_of(text, KNOWLEDGE) == (KK, RU)


@pytest.mark.parametrize("text", ["", "1234", "👍", "iptal", "widerruf", "ß", "ў", "'", "İ", "𝕯"])
def test_next_to_nothing_is_in_no_language_of_ours(text):
    assert languages_of(text, KNOWLEDGE) == ()


def test_a_megabyte_in_many_languages_is_read_in_bounded_time():
    text = " ".join(text for code in LETTERS for text in LETTERS[code]["requests"])
    start = time.perf_counter()
    languages_of(text * 60, KNOWLEDGE)
    asks_unspaced(text * 60, KNOWLEDGE)

    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("маалымат* … өчүр*,", "маалымат* … өчүр* …,", r"foreign: not an entry: 'маалымат\* … өчүр\* …'"),
        ('shared = "лар', 'shared = "р лар', "too short: 'р'"),
        ('letters = "ñáéíóú"', "letters = 5", "es: letters must be a text: 5"),
    ],
)
def test_a_bad_list_of_another_language_is_named_with_its_file(tmp_path, old, new, complaint):
    folder = pathlib.Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))
    text = (folder / "others.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "others.toml").write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigError, match=rf"others\.toml:\d+: {complaint}"):
        load_words(folder)
