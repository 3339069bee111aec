"""How mail programs of forty years speak (requirements D12-D16), and what people write who only sound like them.

Each row stands for what a program really sends, written anew with invented people. A row with no sign of its own
in the header is the harder kind: gateways and webmail drop fields.
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.core.automatic import Signs, machine
from mailbot.core.message import Own, read
from mailbot.core.model import Address, Machine, Message, MessageId

OWN = Own(addresses=frozenset({Address("info@example.kz")}), loop_id="example-1")
MAIL = Path(__file__).parent.parent / "mail"
NULL = "Return-Path: <>\r\n"
AUTO = "Auto-Submitted: auto-replied\r\n"
GENERATED = "Auto-Submitted: auto-generated\r\n"
ANSWER = "In-Reply-To: <our-letter@example.kz>\r\n"
QUIET = "X-Auto-Response-Suppress: All\r\n"


@dataclass(frozen=True)
class Row:
    """A mail: who writes under which subject, the text, and header fields beside the usual ones."""

    sender: str
    subject: str
    text: str
    fields: str = ""

    def read(self) -> Message:
        message = read(
            f"{self.fields}From: {self.sender}\r\nTo: info@example.kz\r\nSubject: {self.subject}\r\n"
            "Date: Mon, 23 Nov 2026 10:00:00 +0500\r\nMessage-ID: <m@example.org>\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\n{self.text}\r\n".encode(),
            own=OWN,
        )
        assert isinstance(message, Message)
        return message


DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.org>"
POSTMASTER = "postmaster@example.org"
BOUNCES = [
    Row(DAEMON, "Undelivered Mail Returned to Sender", "This is the mail system at host mx.example.org.", NULL),
    Row(
        DAEMON, "Mail delivery failed: returning message to sender", "This message was created automatically", NULL
    ),
    Row(DAEMON, "failure notice", "Hi. This is the qmail-send program at mx.example.org."),
    Row(DAEMON, "Returned mail: see transcript for details", "550 5.1.1 <x@example.org>... User unknown", NULL),
    Row(DAEMON, "Returned mail: User unknown", "----- The following addresses had permanent fatal errors -----"),
    Row(DAEMON, "Returned mail: Host unknown (Name server: mx: host not found)", "550 Host unknown"),
    Row(DAEMON, "Delivery Status Notification (Failure)", "Address not found", NULL),
    Row(DAEMON, "Mail System Error - Returned Mail", "This Message was undeliverable due to the following reason"),
    Row(DAEMON, "Warning from mail daemon", "Your mail could not be delivered."),
    Row(
        "MDaemon@example.org",
        "MDaemon Notification -- Attention!",
        "The attached message had PERMANENT fatal errors",
    ),
    Row("mailerdaemon@example.org", "Mail failure", "the mailbox you tried to reach is over quota"),
    Row("uucp@example.org", "Mail not delivered", "unknown user"),
    Row(POSTMASTER, "Undeliverable: No 2026-0001", "Delivery has failed to these recipients or groups", GENERATED),
    Row(POSTMASTER, "Undeliverable: No 2026-0001", "Your message did not reach some or all of the recipients."),
    Row(POSTMASTER, "Undeliverable mail", "the address does not exist"),
    Row(POSTMASTER, "Delivery Notification: Delivery has failed", "Recipient address: x@example.org", NULL),
    Row(
        POSTMASTER, "DELIVERY FAILURE: User Ivan (ivan@example.org) not listed in Domino Directory", "Your message"
    ),
    Row(POSTMASTER, "Nondeliverable mail", "------Transcript of session follows -------"),
    Row(POSTMASTER, "Returned mail: unknown mailer error 2", "The original message was received", NULL),
    Row(POSTMASTER, "Mail delivery failed", "550 No such user here"),
    Row(POSTMASTER, "Delivery failure", "Message could not be delivered", NULL),
    Row(POSTMASTER, "Delivery Report", "The following recipients could not be reached", NULL),
    Row(POSTMASTER, "Delivery incomplete", "There was a problem delivering your message", NULL),
    Row(POSTMASTER, "Message Undeliverable", "mailbox unavailable", NULL),
    Row(POSTMASTER, "Failed mail: exceeded maximum incoming message size", "552 5.3.4 too large"),
    Row(POSTMASTER, "Rejected: No 2026-0001", "554 5.7.1 Relay access denied"),
    Row(POSTMASTER, "User unknown", "Your mail to x@example.org", NULL),
    Row(POSTMASTER, "Mailbox full", "Over quota", NULL),
    Row(POSTMASTER, "Recipient not found", "no such user"),
    Row("System Administrator <sysadmin@example.org>", "Undeliverable: No 1", "did not reach the recipient(s)"),
    Row("administrator@example.org", "Non-delivery report", "The e-mail address could not be found"),
    Row("mail-router@example.org", "Delivery error report", "unable to deliver the message"),
    Row("smtp@example.org", "Delivery unsuccessful", "No such mailbox"),
    Row(
        "Notes@example.org",
        "DELIVERY FAILURE: Error transferring to MX; Maximum hop count exceeded",
        "Your message",
    ),
    Row("bounces@example.org", "Delivery problem", "Your message was not delivered"),
    Row("support@example.org", "Undeliverable: No 2026-0001", "550 5.1.1 The recipient address was not found"),
    Row("it@example.org", "Message could not be delivered", "The user x@example.org does not exist"),
    Row("it@example.org", "Returned to sender: your mail", "Mailbox is full, quota exceeded"),
    Row("x@example.org", "Delivery Status Notification (Failure)", "An error occurred"),
    Row(
        "mailer-daemon@corp.example.ru",
        "Недоставленное сообщение",
        "Это письмо создано автоматически сервером",
        NULL,
    ),
    Row("mailer-daemon@example.ru", "Письмо не доставлено", "Пользователь с таким адресом не найден"),
    Row("mailer-daemon@example.ru", "Сообщение не доставлено", "Ящик получателя переполнен"),
    Row("postmaster@example.ru", "Не доставлено: № 2026-0001", "Сбой доставки следующим получателям"),
    Row("postmaster@example.kz", "Не удается доставить: № 2026-0001", "Ваше сообщение не доставлено", NULL),
    Row("postmaster@example.kz", "Не удалось доставить: № 2026-0001", "Адрес не найден", GENERATED),
    Row("postmaster@example.kz", "Невозможно доставить: № 2026-0001", "Получатель не найден"),
    Row("postmaster@example.ru", "Сбой доставки почты", "550 нет такого пользователя"),
    Row("postmaster@example.ru", "Ошибка доставки сообщения", "Ошибка при доставке", NULL),
    Row("postmaster@example.ru", "Ошибка при доставке письма", "ящик заблокирован"),
    Row("postmaster@example.ru", "Уведомление о недоставке", "письмо не может быть доставлено"),
    Row("postmaster@example.ru", "Уведомление о состоянии доставки (сбой)", "Не удалось доставить", NULL),
    Row("postmaster@example.ru", "Отчёт о недоставке", "Адресат неизвестен", NULL),
    Row("postmaster@example.ru", "Возврат почты", "Пользователь ivan не найден"),
    Row("postmaster@example.ru", "Письмо возвращено отправителю", "нет такого пользователя"),
    Row("robot@example.ru", "Ваше письмо не доставлено", "Ящик ivan@example.ru переполнен"),
    Row("admin@example.ru", "Не доставлено: запрос", "550 5.1.1 пользователь не найден"),
    Row("postmaster@example.kz", "Жеткізілмеді: № 2026-0001", "Хабарлама жеткізілмеді", NULL),
    Row("postmaster@example.kz", "Хат жеткізілмеді", "пайдаланушы табылмады"),
    Row("postmaster@example.kz", "Хабарламаңыз жеткізілмеді", "алушының жәшігі толы, жеткізу мүмкін емес"),
    Row("mailer-daemon@example.kz", "Жеткізу қатесі", "мекенжай жоқ"),
    Row("noreply@example.org", "Your mail", "not delivered", "X-Failed-Recipients: x@example.org\r\n"),
    Row("postmaster@example.de", "Unzustellbar: No 2026-0001", "Empfänger nicht gefunden", NULL),
]

PROGRESS = [
    Row(DAEMON, "Delayed Mail (still being retried)", "THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND", NULL),
    Row(DAEMON, "Warning: message 1abc delayed 24 hours", "This message was created automatically", NULL),
    Row(DAEMON, "Warning: could not send message for past 4 hours", "THIS IS A WARNING MESSAGE ONLY", NULL),
    Row(DAEMON, "Delivery Status Notification (Delay)", "There was a temporary problem", NULL),
    Row(DAEMON, "Successful Mail Delivery Report", "Your message was successfully delivered", NULL),
    Row(POSTMASTER, "Delivery delayed: No 2026-0001", "Delivery to these recipients has been delayed", GENERATED),
    Row(POSTMASTER, "Delivered: No 2026-0001", "Your message has been delivered", NULL),
    Row(POSTMASTER, "Relayed: No 2026-0001", "Delivery is complete, no notification was sent", NULL),
    Row(POSTMASTER, "Доставлено: № 2026-0001", "Сообщение доставлено следующим получателям", NULL),
    Row(POSTMASTER, "Доставка отложена: № 2026-0001", "Доставка задерживается", NULL),
    Row(POSTMASTER, "Задержка доставки", "Мы попробуем ещё раз", NULL),
    Row(POSTMASTER, "Жеткізу кешіктірілді", "Қайта жіберіледі", NULL),
]

ANNA = "anna@example.org"
ABSENCES = [
    Row(ANNA, "Automatic reply: No 2026-0001", "I am out of the office until Monday.", GENERATED + QUIET),
    Row(ANNA, "Out of Office: No 2026-0001", "I am on annual leave with no access to e-mail.", ANSWER),
    Row(ANNA, "Auto: No 2026-0001", "Thank you for your mail. I am on vacation.", AUTO),
    Row(ANNA, "Re: No 2026-0001", "I'm away from my desk this week.", "X-Autoreply: yes\r\n"),
    Row(ANNA, "Re: No 2026-0001", "vacation", "Precedence: auto_reply\r\n"),
    Row(ANNA, "Re: No 2026-0001", "I will be out of office from 1 to 14 December. Ask Boris.", ANSWER),
    Row(ANNA, "Re: No 2026-0001", "Our office is closed for the holidays.", ANSWER),
    Row(ANNA, "Re: No 2026-0001", "Anna no longer works with us.", ANSWER),
    Row(ANNA, "Автоответ: № 2026-0001", "Я в отпуске до 15 января.", QUIET),
    Row(ANNA, "Автоматический ответ: № 2026-0001", "Добрый день! Нахожусь в ежегодном отпуске.", GENERATED),
    Row(ANNA, "Автоответ", "Здравствуйте! Буду отсутствовать до понедельника."),
    Row(ANNA, "Re: № 2026-0001", "Я в отпуске до 15 января. По срочным вопросам пишите petr@example.org", ANSWER),
    Row(ANNA, "Отсутствие на рабочем месте", "Нахожусь в командировке.", NULL),
    Row(ANNA, "Re: № 2026-0001", "На больничном, отвечу после выхода.", ANSWER),
    Row(ANNA, "Вне офиса: № 2026-0001", "Отдел продаж сейчас в отпуске.", ANSWER),
    Row(ANNA, "Re: № 2026-0001", "Это письмо сформировано автоматически, я отвечу позже.", ANSWER),
    Row(ANNA, "Автоматты жауап: № 2026-0001", "Мен еңбек демалысындамын.", GENERATED),
    Row(ANNA, "Re: № 2026-0001", "Сәлеметсіз бе! Демалыстамын, 10 желтоқсанда ораламын.", ANSWER),
    Row(ANNA, "Re: № 2026-0001", "Қазір іссапардамын, кеңседе болмаймын.", ANSWER),
    Row(ANNA, "Автожауап", "Кеңседе жоқпын, шұғыл мәселе бойынша Асқарға жазыңыз."),
    Row(ANNA, "Еңбек демалысы", "Демалыстамын.", NULL),
]

RECEIPTS = [
    Row(ANNA, "Read: No 2026-0001", "Your message was read on Monday, November 23, 2026 10:00."),
    Row(ANNA, "Not read: No 2026-0001", "Your message was deleted without being read on Monday."),
    Row(ANNA, "Return Receipt (displayed) - No 2026-0001", "This is a Return Receipt for the mail that you sent."),
    Row(
        ANNA, "Read receipt: No 2026-0001", "The message has been displayed.", AUTO.replace("replied", "generated")
    ),
    Row(ANNA, "Reading receipt", "x", NULL),
    Row(ANNA, "Прочтено: № 2026-0001", "Ваше сообщение было прочитано 23 ноября 2026 г."),
    Row(ANNA, "Прочитано: № 2026-0001", "Сообщение прочитано", NULL),
    Row(ANNA, "Не прочтено: № 2026-0001", "Сообщение было удалено, не будучи прочитано"),
    Row(ANNA, "Уведомление о прочтении", "Это уведомление не гарантирует, что письмо понято."),
    Row(ANNA, "Отчёт о прочтении (показано) - № 2026-0001", "Письмо было показано на компьютере получателя."),
    Row(ANNA, "Оқылды: № 2026-0001", "Хатыңыз 23 қарашада оқылды."),
    Row(ANNA, "Оқылғаны туралы хабарлама", "Хат ашылды.", NULL),
]

ROBOTS = [
    Row(
        "filter@example.org",
        "Подтвердите, что вы не робот",
        "Ваше письмо ожидает подтверждения. Перейдите по ссылке.",
    ),
    Row("ivan@example.ru", "Re: № 2026-0001", "Антиспам требует: подтвердите, что вы человек."),
    Row(
        "ivan@example.org", "Please confirm you are human", "To have your message delivered click the link below."
    ),
    Row("ivan@example.org", "Re: No 2026-0001 (Boxbe waiting list)", "Boxbe helps Ivan to prioritise mail."),
    Row("ivan@example.org", "Sender Verification", "Your message is being held until you verify your address."),
    Row("ivan@example.kz", "Re: № 2026-0001", "Робот емес екеніңізді растаңыз."),
    Row(
        "help@example.org",
        "[Ticket #123] No 2026-0001",
        "Your request has been received. Do not reply to this mail.",
    ),
    Row("help@example.org", "We have received your request", "A ticket has been created automatically."),
    Row(
        "help@example.org",
        "Re: No 2026-0001",
        "Your message has been received and assigned. This is an automated reply.",
    ),
    Row("help@example.ru", "[Ticket #123] Ваша заявка принята", "Ваша заявка принята. Не отвечайте на это письмо"),
    Row(
        "help@example.ru",
        "Ваше обращение №5 зарегистрировано",
        "Ваше обращение зарегистрировано, мы ответим.",
        QUIET,
    ),
    Row(
        "help@example.ru", "Обращение получено", "Вашему обращению присвоен номер 55. Отвечать на письмо не нужно."
    ),
    Row("help@example.kz", "Өтінішіңіз тіркелді", "Сіздің өтінішіңіз қабылданды, жауап беру қажет емес."),
    Row("cron@example.org", "Cron <root@host> backup", "done", "X-Cron-Env: <SHELL=/bin/sh>\r\n"),
]


def by_subject(row: Row) -> str:
    return f"{row.subject[:30]} | {row.text[:20]}"


@pytest.mark.parametrize("row", BOUNCES, ids=by_subject)
def test_d12_a_bounce_is_known_in_sixty_dialects(row: Row):
    assert row.read().machine is Machine.BOUNCE


@pytest.mark.parametrize("row", PROGRESS, ids=by_subject)
def test_d12_a_letter_that_is_late_or_has_arrived_is_no_bounce(row: Row):
    assert row.read().machine is Machine.PROGRESS


@pytest.mark.parametrize("row", ABSENCES, ids=by_subject)
def test_an_absence_is_known_with_its_header_and_without(row: Row):
    assert row.read().machine is Machine.ABSENCE


@pytest.mark.parametrize("row", RECEIPTS, ids=by_subject)
def test_d13_a_receipt_is_known_in_three_languages(row: Row):
    assert row.read().machine is Machine.RECEIPT


@pytest.mark.parametrize("row", ROBOTS, ids=by_subject)
def test_challenges_and_the_receipts_of_ticket_systems_are_robots(row: Row):
    assert row.read().machine is Machine.ROBOT


PEOPLE = [
    Row(ANNA, "Автоответ", "Прошу удалить мои персональные данные."),
    Row(ANNA, "Автоответ: что это было?", "Вы прислали мне странное письмо."),
    Row(ANNA, "Не доставлено", "Мой заказ не доставлен, верните деньги."),
    Row(ANNA, "Не удалось доставить", "Курьер не приехал, когда будет доставка?"),
    Row(ANNA, "Delivery problem", "The parcel came with broken tiles."),
    Row(ANNA, "Доставлено: спасибо", "Листы привезли, всё цело."),
    Row(ANNA, "Re: № 2026-0001", "Я в отпуске, но подтверждаю, удаляйте.", ANSWER),
    Row(ANNA, "Re: № 2026-0001", "Да. Нахожусь в командировке, извините за задержку.", ANSWER),
    Row(ANNA, "Re: № 2026-0001", "Демалыстамын, деректерімді өшіріңіз.", ANSWER),
    Row(ANNA, "Re: No 2026-0001", "I am away on holiday, please delete my data meanwhile.", ANSWER),
    Row(ANNA, "Отпуск", "Я в отпуске до мая, привезите листы после праздников."),
    Row(ANNA, "Прочитано", "Прочитала вашу политику, не согласна."),
    Row(ANNA, "Заявка №5", "Когда вы ответите на мою заявку? Жду неделю."),
    Row(ANNA, "Обращение № 7 зарегистрировано?", "Скажите, пожалуйста, номер моего обращения."),
    Row(ANNA, "Подтвердите", "Подтвердите, что вы удалили мои данные."),
    Row(ANNA, "Отсутствие согласия на обработку", "Прошу удалить мои данные.", NULL),
    Row(ANNA, "Undelivered goods", "The ridge caps are missing."),
    Row("delivery@example.org", "Счёт", "Высылаю счёт за доставку."),
    Row(ANNA, "Заявка №5", "Ваша заявка принята, пишете вы автоматически. А рассылка идёт: отпишите меня."),
    Row(
        ANNA, "Your request #5", "Your request was received, you said automatically. When will you delete my data?"
    ),
    Row("administrator@example.org", "Удаление данных", "Прошу удалить мои данные."),
]


@pytest.mark.parametrize("row", PEOPLE, ids=by_subject)
def test_people_who_only_sound_like_a_program_are_read(row: Row):
    assert row.read().machine is None


BUTTONS = {
    "Gmail": ("unsubscribe", "This message was automatically generated by Gmail."),
    "Gmail with a token": (
        "unsubscribe-94accd5c8db5d0ec50a6",
        "This message was automatically generated by Gmail.",
    ),
    "Apple Mail": ("unsubscribe", "Apple Mail sent this email to unsubscribe from the message “Осенняя акция”."),
    "Apple Mail, Russian": ("unsubscribe", "Приложение «Почта» отправило это письмо для отказа от подписки."),
    "Outlook": ("Unsubscribe", ""),
    "Outlook with a sentence": ("Unsubscribe", "This is an automatic message from Outlook to unsubscribe"),
    "Yandex": ("Отписаться", "Отписаться"),
    "Yandex with a token": ("unsubscribe 8fA77xQ", ""),
    "Mail.ru": ("Отписаться от рассылки", "Отписаться от рассылки"),
    "Mail.ru with its sentence": ("Отписка", "Письмо отправлено автоматически, чтобы отписаться от рассылки."),
    "token in the body": ("", "unsubscribe 8fA77xQ"),
    "Kazakh": ("Жазылудан бас тарту", ""),
    "Kazakh with a token": ("Жазылымнан бас тарту 77xQ-1", "Жазылымнан бас тарту"),
    "Kazakh, by a program": ("Жазылымнан бас тарту", "Бұл хат Gmail арқылы автоматты түрде жіберілді."),
    "Russian noun": ("Отказ от рассылки", ""),
    "own address as a token": ("unsubscribe anna@example.org", ""),
    "VERP of the own address": ("unsubscribe anna=example.org", ""),
}


@pytest.mark.parametrize(
    "fields", ["", GENERATED, "Precedence: bulk\r\n"], ids=["plain", "Auto-Submitted", "bulk"]
)
@pytest.mark.parametrize("name", BUTTONS)
def test_d28_the_buttons_of_mail_clients_are_known_in_three_languages_with_and_without_a_token(name, fields):
    subject, words = BUTTONS[name]

    assert Row(ANNA, subject, words, fields).read().machine is Machine.UNSUBSCRIBE_BUTTON


REPORT = (
    "Return-Path: <>\r\nFrom: MAILER-DAEMON@example.org\r\nTo: info@example.kz\r\nSubject: {subject}\r\n"
    'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n{message}\r\n"
    "{blocks}\r\n--b--\r\n"
)


def reported(*blocks: str, subject: str = "Delivery report", message: str = "") -> Message:
    raw = REPORT.format(subject=subject, message=message, blocks="\r\n".join(f"{one}\r\n" for one in blocks))
    read_ = read(raw.encode(), own=OWN)
    assert isinstance(read_, Message)
    return read_


@pytest.mark.parametrize(
    ("blocks", "kind"),
    [
        (["Action: failed\r\nStatus: 5.1.1"], Machine.BOUNCE),
        (["Action: FAILED (mailbox full)\r\nStatus: 4.2.2"], Machine.BOUNCE),
        (["Status: 5.0.0"], Machine.BOUNCE),
        (["Action: relayed", "Action: failed"], Machine.BOUNCE),
        (["Diagnostic-Code: smtp; 550 no"], Machine.BOUNCE),
        (["Action: delayed\r\nStatus: 4.4.1"], Machine.PROGRESS),
        (["Status: 4.4.1"], Machine.PROGRESS),
        (["Action: delivered\r\nStatus: 2.0.0"], Machine.PROGRESS),
        (["Action: relayed", "Action: expanded"], Machine.PROGRESS),
    ],
)
def test_d12_a_delivery_report_is_what_its_fields_say_and_not_its_subject(blocks, kind):
    subjects = ("Delivery report", "Undelivered Mail Returned to Sender", "Delivered: your mail")

    assert {reported(*blocks, subject=subject).machine for subject in subjects} == {kind}


def test_d23_a_report_that_returns_nothing_is_about_the_letter_its_envelope_names():
    report = reported("Action: failed", message="Original-Envelope-Id: 17+2Ba+3Db@example.kz\r\n")

    assert report.reports_on == (MessageId("17+a=b@example.kz"),)


@pytest.mark.parametrize("field", ["Delivered-To", "X-Original-To", "Envelope-To"])
def test_d22_the_address_a_message_came_to_is_noted_however_the_border_calls_it(field):
    message = Row(ANNA, "x", "y", f"{field}: Bounce+7@example.kz\r\n").read()

    assert message.arrived_at == (Address("bounce+7@example.kz"),)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    subject=st.text(max_size=200), words=st.text(max_size=2000), fields=st.sampled_from(["", NULL, AUTO, ANSWER])
)
def test_no_words_stop_it_from_being_told_who_writes(subject: str, words: str, fields: str):
    headers = {"return-path": ("<>",)} if fields == NULL else {"in-reply-to": ("<a@b>",)} if fields else {}
    signs = Signs(headers=headers, subject=subject, own_words=words, return_path="" if fields == NULL else None)

    assert machine(signs, OWN) in {None, *Machine}


@pytest.mark.parametrize(
    "piece", ["ваша заявка ", "550 a ", "confirm ", "mailbox x ", "unsubscribe ", "a.", " ", "я в "]
)
def test_a_megabyte_of_a_programs_words_costs_no_more_than_its_beginning(piece: str):
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        signs = Signs(headers={"in-reply-to": ("<a@b>",)}, subject=text[:1000], own_words=text, return_path="")
        began = time.perf_counter()
        machine(signs, OWN)
        return time.perf_counter() - began

    assert seconds(1_000_000) < 20 * min(seconds(10_000) for _ in range(3)) + 0.1


def met(name: str, own: Own = OWN) -> Message:
    message = read((MAIL / f"{name}.eml").read_bytes(), own=own)
    assert isinstance(message, Message)
    return message


def test_d12_a_delay_in_exims_words_is_about_our_letter_and_no_bounce():
    late = met("late-says-exim")

    assert (late.machine, late.reports_on) == (Machine.PROGRESS, (MessageId("our-letter-21@example.org"),))


def test_d12_dominos_bounce_is_about_our_letter():
    bounce = met("domino-delivery-failure")

    assert (bounce.machine, bounce.reports_on) == (Machine.BOUNCE, (MessageId("our-letter-22@example.org"),))


@pytest.mark.parametrize(
    ("reporters", "who"),
    [
        (("fbl@reports.example.kz",), "boris@example.kz"),
        (("reports.example.kz",), "boris@example.kz"),
        (("@REPORTS.example.kz",), "boris@example.kz"),
        (("example.kz", "fbl@example.kz", "evil-reports.example.kz"), None),
        ((), None),
    ],
)
def test_d14_who_complained_is_known_from_a_configured_reporter_only(reporters, who):
    message = met("spam-complaint", replace(OWN, complaint_reporters=reporters))

    assert (message.machine, message.complaint_of) == (Machine.COMPLAINT, who)
