"""A mailbox that people have used for a quarter of a year: 1,960 ordinary messages, 40 requests among them."""

import itertools
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path

ORDINARY_COUNT, REQUEST_COUNT = 1960, 40
DAY = 86_400  # seconds

# Subject: text. {n} is a number; {goods} and {town} vary with the message.
ORDINARY = {
    "Заявка {n}": "Добрый день! Пришлите, пожалуйста, счёт на {n} листов, {goods}. Доставка: {town}.",
    "Re: Заказ {n}": "Здравствуйте. В заказе {n} замените, пожалуйста, {goods} на зелёный цвет, строку 3 удалите, "
    "остальное без изменений. Машину ждём в {town} к девяти утра.\n\nС уважением, отдел снабжения",
    "Вопрос по монтажу": "Можно ли класть {goods} на старый шифер? Дом в {town}, крыша {n} квадратов.",
    "Акт сверки": "Коллеги, направляю акт сверки. Расхождение {n} тенге, проверьте накладную на {goods}.",
    "Прайс для дилеров": "Добрый день! Откройте, пожалуйста, доступ к прайсу для дилеров, просим выслать цены на "
    "{goods}. Магазин в {town}, оборот около {n} листов в месяц.",
    "Баға туралы": "Сәлеметсіз бе! {n} парақ {goods} қанша тұрады? {town} қаласына жеткізе аласыздар ма?",
    "Тапсырыс {n}": "Қайырлы күн! Тапсырысымыз қашан келеді? Жүргізушінің телефонын жіберіңізші. Қойма {town} "
    "қаласында, {goods} керек.",
    "Шот-фактура": "Сәлеметсіздер ме, {n} нөмірлі шотты қайта жіберіңіздерші, бухгалтерия сұрап жатыр. Рахмет!",
    "Quotation {n}": "Hello, please quote {n} sheets of {goods}, delivered to {town}. We need them next month.",
    "Truck": "Hi, the truck with {goods} is at the gate in {town}, whom should the driver call? Order {n}.",
    "Invoice {n}": "Dear team, invoice {n} shows the wrong quantity of {goods}. Could you send a new one? Thanks.",
    "Спасибо": "Спасибо, всё получили, {n} листов, крыша в {town} уже готова. {goods} тоже подошли.",
    "Вакансия": "Здравствуйте! Вам нужен кровельщик? Опыт {n} лет, {goods}, {town}. Бригада из трёх человек.",
    "Новинки недели {n}": "Скидки на {goods} в {town}! Только до пятницы.\n\nВы получили это письмо, потому что "
    "подписаны на рассылку. Чтобы отписаться, перейдите по ссылке: https://shop.example.org/unsubscribe/{n}",
    "Автоответ: Заказ {n}": "Я в отпуске до понедельника. По поставке ({goods}) пишите в отдел продаж.",
}
BY_MACHINE = {"Новинки": ("List-Id", "<news.example.org>"), "Автоответ": ("Auto-Submitted", "auto-replied")}
REQUESTS = (
    "Здравствуйте! Больше не присылайте мне рекламу, пожалуйста.",
    "Отпишите меня от рассылки.",
    "Маған енді жарнама жібермеңіздер, өтінемін.",
    "Маган енди жарнама жибермениздер",
    "Please stop sending me your newsletter.",
    "Отзываю своё согласие на обработку моих персональных данных.",
    "Жеке деректерімді өңдеуге берген келісімімді кері қайтарып аламын.",
    "I withdraw my consent to the processing of my personal data.",
    "Прошу удалить все мои персональные данные из вашей базы.",
    "Менің барлық деректерімді жойыңыздар.",
    "Please delete all my personal data.",
    "Zdravstvuyte, udalite moi dannye iz vashey bazy",
    "Какие данные обо мне у вас хранятся? Сообщите, пожалуйста.",
    "Мен туралы қандай деректер бар екенін айтыңыздар.",
    "Tell me what data you hold about me.",
    "Исправьте, пожалуйста, мою фамилию в карточке.",
    "Тексеру біткенше менің деректерімді бұғаттай тұрыңыздар.",
    "Сообщите, какие данные обо мне у вас есть. Потом удалите все мои данные. И рекламу не шлите.",
    "Удалите мои данные, иначе подам жалобу в прокуратуру.",
    "Как удалить аккаунт на вашем сайте?",
)
GOODS = ("ондулин", "черепица", "гвозди", "конёк", "водосточный желоб", "саморезы", "мансардное окно")
TOWNS = ("Алматы", "Астана", "Шымкент", "Қарағанды", "Павлодар", "Ақтөбе", "Тараз", "Орал")


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """A message as it lies in the Maildir."""

    name: str  # "request-…" or "ordinary-…"
    sender: str
    subject: str
    text: str
    age: int  # seconds
    flags: str  # in Maildir's letters: S seen, R answered, F flagged; empty: new

    @property
    def message_id(self) -> str:
        return f"<{self.name}@example.org>"

    def raw(self, now: float) -> bytes:
        """The octets, had it been sent its age before *now*."""
        mail = EmailMessage(policy=SMTP)
        mail["Return-Path"] = f"<{self.sender}>"
        mail["From"] = self.sender
        mail["To"] = "info@example.kz"
        mail["Subject"] = self.subject
        mail["Date"] = formatdate(now - self.age)
        mail["Message-ID"] = self.message_id
        for begins, (field, value) in BY_MACHINE.items():
            if self.subject.startswith(begins):
                mail[field] = value
        mail.set_content(self.text, cte="8bit")
        return mail.as_bytes(policy=SMTP.clone(cte_type="8bit"))


def fill(maildir: Path, now: float) -> Sequence[Old]:
    """Put all of it into *maildir*, which is made; what lies there, oldest first. *now*: seconds of the epoch."""
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    mails = sorted((*_requests(), *_ordinary()), key=lambda old: -old.age)
    for number, old in enumerate(mails):
        when = now - old.age
        name = f"{int(when)}.M{number}P1.example"
        file = maildir / "cur" / f"{name}:2,{old.flags}" if old.flags else maildir / "new" / name
        file.write_bytes(old.raw(now))
        os.utime(file, (when, when))
    if os.geteuid() == 0:
        for path in (maildir.parent, maildir, *maildir.rglob("*")):
            shutil.chown(path, "dovecot", "dovecot")
    return mails


def _requests() -> Iterator[Old]:
    """Spread evenly over eighty days, the newest an hour old; every eighth has been answered by a colleague."""
    for number in range(REQUEST_COUNT):
        yield Old(
            name=f"request-{number}",
            sender=f"person{number}@example.org",
            subject="",
            text=REQUESTS[number % len(REQUESTS)],
            age=3600 + number * 2 * DAY,
            flags="RS" if number % 8 == 0 else "",
        )


def _ordinary() -> Iterator[Old]:
    """One an hour, from three hundred customers."""
    for number, (subject, text) in zip(range(ORDINARY_COUNT), itertools.cycle(ORDINARY.items()), strict=False):
        words = {"n": str(1000 + number), "goods": GOODS[number % len(GOODS)], "town": TOWNS[number % len(TOWNS)]}
        yield Old(
            name=f"ordinary-{number}",
            sender=f"customer{number % 300}@example.org",
            subject=subject.format(**words),
            text=text.format(**words),
            age=number * 3600,
            flags=("", "S", "RS", "FS", "S")[number % 5],
        )
