"""The archive and the page that people are given: sealed, and harmless whatever the values hold (C20)."""

import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pyzipper
from lxml import html

from mailbot.adapters.package import AesZip
from mailbot.adapters.render import PagePress
from mailbot.core.model import Language
from mailbot.core.reply import Operator, Package
from mailbot.core.reply.package import Kind, Part, as_json
from mailbot.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "templates"
PRESS = PagePress(folders=(SHIPPED,), zone=ZoneInfo("Asia/Almaty"))
AT = datetime(2026, 11, 23, 5, 42, tzinfo=UTC)
FILES = {"my-data-kk.html": "<p>Әли</p>".encode(), "my-data.json": b"{}"}
SAID = {Language.KK: "қазақша", Language.RU: "по-русски", Language.EN: "in English"}

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://example.org","x")',
    "+cmd|' /C calc'!A0",
    "{{ 7 * 7 }} {% include 'x' %}",
    "</td></table></body></html>",
    "<!-- <style>@import url(http://example.org)</style>",
    "&lt;b&gt; & \u202egnp.exe \x01\ud800",
]


def package(*values: str) -> Package:
    kinds = tuple(
        Kind(
            column=f"c{number}",
            category="user.content",
            purposes=(SAID,),
            ground=SAID,
            source=SAID,
            retention=SAID,
        )
        for number in range(len(values))
    )
    row = {f"c{number}": value for number, value in enumerate(values)}
    part = Part(system="ИСПДн <сайт>", table="people", category="user.contact", kinds=kinds, rows=(row,))
    return Package(
        case="2026-0417",
        made_at=AT,
        operator=Operator(name="«A» & <B>", address=SAID),
        parts=(part,),
        withheld=2,
        elsewhere=("Архив",),
    )


# ---------------------------------------------------------------- the archive


def test_the_archive_opens_with_its_password_and_every_file_bears_the_moment_it_was_made():
    sealed = AesZip().archive(FILES, "1234567890", at=AT)

    with pyzipper.AESZipFile(BytesIO(sealed)) as archive:
        archive.setpassword(b"1234567890")
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 11, 23, 5, 42, 0)}
        assert {(entry.wz_aes_strength, entry.CRC) for entry in archive.infolist()} == {(3, 0)}  # AES-256, AE-2


@pytest.mark.parametrize("wrong", ["", "123456789", "12345678901", "1234567890 ", "0987654321"])
def test_it_never_opens_with_another_password(wrong: str):
    sealed = AesZip().archive(FILES, "1234567890", at=AT)

    with pyzipper.AESZipFile(BytesIO(sealed)) as archive, pytest.raises(RuntimeError, match="password"):
        archive.read("my-data.json", pwd=wrong.encode())
    with zipfile.ZipFile(BytesIO(sealed)) as plain, pytest.raises((RuntimeError, NotImplementedError)):
        plain.read("my-data.json", pwd=wrong.encode())


def test_a_bit_turned_over_on_its_way_is_noticed():
    sealed = bytearray(AesZip().archive({"my-data.json": b"x" * 200_000}, "1234567890", at=AT))
    sealed[200] ^= 1

    with pyzipper.AESZipFile(BytesIO(bytes(sealed))) as archive, pytest.raises(pyzipper.BadZipFile):
        archive.read("my-data.json", pwd=b"1234567890")


SEVEN = shutil.which("7z") or shutil.which("7zz")


@pytest.mark.skipif(not SEVEN, reason="7-Zip is not installed")
def test_7_zip_opens_it_and_not_with_another_password(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(AesZip().archive(FILES, "1234567890", at=AT))

    def opened(password: str) -> int:
        command = [str(SEVEN), "x", "-y", f"-p{password}", f"-o{tmp_path / password}", str(tmp_path / "a.zip")]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert opened("0987654321") != 0
    assert opened("1234567890") == 0
    assert (tmp_path / "1234567890" / "my-data-kk.html").read_bytes() == FILES["my-data-kk.html"]


# ---------------------------------------------------------------- the page


@pytest.mark.parametrize("language", Language)
def test_the_page_shows_every_value_with_its_terms_and_what_is_not_in_it(language: Language):
    page = html.fromstring(PRESS.page(package("first", "second"), language))

    assert page.get("lang") == language.value
    assert page.xpath("//table[@class='values']//td/bdi/text()") == ["first", "second"]
    terms = page.xpath("//table[@class='terms']//tr[td]")
    assert [one.xpath("td[position() > 1]/text()") for one in terms] == [[SAID[language]] * 4] * 2
    told = page.text_content()
    assert ("№ 2026-0417" in told, ": 2." in told, ": Архив." in told, "ИСПДн <сайт>" in told) == (True,) * 4
    assert "23" in told
    assert "10:42" in told  # in the company's zone


@pytest.mark.parametrize("language", Language)
def test_hostile_values_are_text_and_the_page_refers_to_nothing_and_runs_nothing(language: Language):
    page = html.fromstring(PRESS.page(package(*HOSTILE), language))

    shown = page.xpath("//td/bdi")
    assert len(shown) == len(HOSTILE)
    assert [one.text for one in shown][:5] == HOSTILE[:5]
    assert page.xpath("//script | //img | //link | //iframe | //a | //form | //object") == []
    assert page.xpath("//@src | //@href | //@style | //@*[starts-with(name(), 'on')]") == []
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    (style,) = page.xpath("//style/text()")
    assert 'mso-number-format: "\\@"' in style  # a spreadsheet that opens the page takes its cells for text
    assert "url(" not in style
    assert "@import" not in style


def test_the_file_for_programs_keeps_hostile_values_as_they_are():
    made = package(*HOSTILE)

    told = as_json(made, Language.EN)

    for value in HOSTILE[:-1]:
        assert value.replace('"', '\\"').encode() in told


def test_a_company_may_have_a_page_of_its_own_and_one_must_be_there(tmp_path: Path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "page.html").write_text("№ {{ made.case }} {{ made.operator.name }}", "utf-8")

    own = PagePress(folders=(tmp_path, SHIPPED), zone=ZoneInfo("Asia/Almaty"))

    assert own.page(package(), Language.RU) == "№ 2026-0417 «A» &amp; &lt;B&gt;".encode()
    with pytest.raises(ConfigError, match=r"package/page\.html"):
        PagePress(folders=(tmp_path / "package",), zone=ZoneInfo("Asia/Almaty"))
