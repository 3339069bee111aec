import pytest

from mailbot.core import phone


@pytest.mark.parametrize(
    "text",
    [
        "+7 (700) 000-00-01",
        "+77000000001",
        "87000000001",
        "8 700 000 00 01",
        "8 (700) 000-00-01",
        "8-700-000-00-01",
        "7 700 000 00 01",
        "700 000 00 01",
        "7000000001",
        "8-10-7 700 000 00 01",
        "007 700 000 00 01",
        "+7 700 000 00 01 доб. 12",
        "  8.700.000.00.01 ",
        "+8 700 000 00 01",
    ],
)
def test_a_number_of_kazakhstan_or_russia_is_one_number_however_it_is_spelled(text):
    assert phone.normal(text) == "+77000000001"


def test_numbers_of_other_countries_keep_their_country():
    assert phone.normal("+44 20 7946 0000") == "+442079460000"
    assert phone.normal("00 44 20 7946 0000") == "+442079460000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8 913",
        "250-12-34",
        "8 700 *** 00 01",
        "880101300123",
        "+7 12",
        "12.05.1980",
        "a77000000001",
        "+1",
        "8 1",
    ],
)
def test_what_is_not_plainly_a_number_is_none(text):
    assert phone.normal(text) is None


def test_a_number_that_the_company_pays_for_is_nobodys():
    assert phone.free("+78000000001")
    assert not phone.free("+77000000001")


def test_a_masked_number_shows_two_digits():
    assert phone.masked("+77000000001") == "+7 *** ** 01"
    assert phone.masked("+442079460099") == "+ *** ** 99"
