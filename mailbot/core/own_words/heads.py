"""The words that mail clients write above what they quote, in the languages of our correspondents and others'."""

import re
from typing import Final

_MONTHS = (
    r"(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек"
    r"|қаң|ақп|нау|сәу|мам|мау|шіл|там|қыр|қаз|қар|жел"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    r"|січ|лют|бер|квіт|трав|черв|лип|серп|вер|жовт|лист|груд|yan|fev|iyun|iyul|avg|okt|noy|dek)\w*"
)
_DAY = (
    rf"\d{{1,4}}[./-]\d{{1,2}}(?:[./-]\d{{1,4}})?"
    rf"|\d{{1,2}}(?:-?\w{{1,2}})?[\s-]{{1,3}}{_MONTHS}|{_MONTHS}\.?\s{{1,3}}\d{{1,2}}"
)
_WEEKDAY = (
    r"(?:пн|вт|ср|чт|пт|сб|вс|нд|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье"
    r"|дс|сс|сб|бс|жм|жб|жк|дүйсенбі|сейсенбі|сәрсенбі|бейсенбі|жұма|сенбі|жексенбі"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)"
)
DATE: Final = re.compile(rf"\b(?:{_DAY}|(?:19|20)\d\d)\b|20\d\d年", re.IGNORECASE)
BEGINS_WITH_DATE: Final = re.compile(
    rf"(?:on\b|am\b|le\b|el\b|в\s|на\s|{_WEEKDAY}\b[,.]?\s|(?:20\d\d\s*[жр]\.\s*)?(?:{_DAY})\b)", re.IGNORECASE
)
TIME: Final = re.compile(r"(?<![.\d])\d{1,2}(?::\d\d|\.\d\d(?!\.?\d))")
NAMED: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w")

_WROTE = (
    r"(?:\b(?:wrote|writes|пишет|пише|пишете|писал|написал|написав|жазды|жазған|жазган|jazdi|jazdy|yozdi|ёзди|yazdı|yazıb"
    r"|schrieb|écrit|escribió|escreveu|scritto|napisał|napsal|schreef|skrev|kirjoitti|írta)|写道|寫道)"
)
VERB: Final = re.compile(_WROTE, re.IGNORECASE)
VERB_AT_END: Final = re.compile(rf"{_WROTE}(?:а|и|о|\([аa]\)|a|la)?\s*[:：]$", re.IGNORECASE)
QUOTING: Final = re.compile(
    r"(?:цитирование|цитата|quoting|zitat von|citando|citation de)\s.{1,120}:$", re.IGNORECASE
)
MYSELF: Final = re.compile(
    r"\b(?:i|me|my|your|я|мне|мой|моё|моего|ваш\w{0,4}|нам|мы|мен|маған|менің|сіздің|біз(?:ге)?)\b", re.IGNORECASE
)
"""Who speaks of "your manager" or "me" tells what happened; "you wrote" of The Bat! is told by its form."""

_ORIGINAL = (
    r"(?:исходный текст сообщения|original message text"
    r"|original[ -]?(?:message|nachricht|e-?mail|mesaj)|исходное (?:сообщение|письмо)|исходного сообщения"
    r"|оригинальное (?:сообщение|письмо)|бастапқы (?:ха[бт]\w*)|түпнұсқа (?:хат|хабар\w*)|ursprüngliche nachricht"
    r"|message d['’]origine|messaggio originale|mensa[jg]em? original|oorspronkelijk bericht|orijinal ileti"
    r"|(?:вихідне|оригінальне|початкове) повідомлення|asl xabar|wiadomość oryginalna|原始邮件|原始郵件)"
)
_PASSED_ON = (
    r"(?:forwarded|begin forwarded message|пересылает|пересылаемое сообщение|пересылаемого сообщения"
    r"|пересл?анное (?:сообщение|письмо)|переадресованное сообщение|переадресованного сообщения"
    r"|перенаправленное (?:сообщение|письмо)|қайта (?:жіберілген|бағытталған)|жолданған ха[бт]"
    r"|переслан\w{1,3} (?:повідомлення|лист)|weitergeleitete nachricht|message transféré|转发邮件)"
)
_RULED_WITH = r"[-_*=]{{2,}}.{{0,30}}{}.{{0,80}}[-_*=]{{2,}}:?$"
RULED: Final = re.compile(_RULED_WITH.format(f"(?:{_ORIGINAL}|{_PASSED_ON})"), re.IGNORECASE)
BARE: Final = re.compile(f"{_ORIGINAL}$", re.IGNORECASE)
TITLES: Final = frozenset(
    {
        "orig",
        "исхо",
        "ориг",
        "баст",
        "түпн",
        "ursp",
        "mess",
        "mens",
        "oors",
        "orij",
        "вихі",
        "поча",
        "asl ",
        "wiad",
    }
    | {"原始邮件", "原始郵件", "begi", "нача", "this", "это "}
)
"""How lines of `BARE` and `ANNOUNCED` begin."""
PASSED_ON: Final = re.compile(_PASSED_ON, re.IGNORECASE)
ANNOUNCED: Final = re.compile(
    r"(?:(?:begin forwarded message|начало переадресованного сообщения)\s*:"
    r"|this is a forwarded message|это пересылаемое сообщение"
    r"|-{2,}\s?below this line is a copy of the message[\s.-]{0,9})$",
    re.IGNORECASE,
)
GROUPWISE: Final = re.compile(r">>>\s.{0,200}\d{1,2}[./]\d{1,2}[./]\d{2,4}.{0,30}>>>$")
"""An attribution that looks like a quoted line, and nothing below it is marked."""
RULED_VERB: Final = re.compile(r"-{2,}\s?[^-\s].{2,200}\s?-{2,}$")
"""Lotus, Zoho, Bitrix: the whole attribution between dashes."""
END: Final = re.compile(
    r"[-_*=]{2,}(?:8<)?[-_*=]{0,40}\s{0,5}(?:end of|конец|кінець|соңы)\b.{0,60}[-_*=]{2,}$", re.IGNORECASE
)
RULE: Final = re.compile(r"[_—–-]{5,}$")

_FROM_WORDS = (
    r"from|от кого|от|кімнен|жіберуші|жолдаушы|від(?: кого)?|ад|von|de|da|od|van|fra|från|kimden|gönderen"
    r"|kimdan|yuboruvchi|кимден|жөнөтүүчү|kimdən|发件人|寄件者"
)
_WHEN_WORDS = (
    r"sent|date|отправлено|отправленн?ые|дата(?: отправки)?|жіберілді|жіберілген(?: күні| уақыты)?"
    r"|жолданды|жолданған(?: күні| уақыты)?|күні|уақыты"
    r"|надіслано|gesendet|datum|envoyé|enviad[oa](?: el| em)?|inviato|data|fecha|wysłano|verzonden|gönderildi"
    r"|gönderilme tarihi|tarih|yuborilgan|yuborildi|sana|жөнөтүлдү|жөнөтүлгөн|күнү|odesláno|sendt|skickat"
    r"|göndərilib|发送时间|日期"
)
_OTHER_WORDS = (
    r"to|cc|bcc|subject|reply-to|importance|attachments|кому|копия|скрытая копия|тема|важность|вложения|кімге"
    r"|алушы|көшірмесі|көшірме|тақырып|тақырыбы|маңыздылығы|копія|каму|an|à|a|para|do|aan|kime|bilgi|kimga|кимге"
    r"|komu|betreff|objet|asunto|assunto|oggetto|temat|onderwerp|konu|mavzu|mövzu|předmět|тэма|收件人|抄送|主题|主旨"
)
_LABEL = r"[*\s]*(?:{})\s?[:：]"
FROM: Final = re.compile(_LABEL.format(_FROM_WORDS), re.IGNORECASE)
WHEN: Final = re.compile(_LABEL.format(_WHEN_WORDS), re.IGNORECASE)
UNPOINTED: Final = re.compile(r"(?:from|to|cc|date|sent|subject|от|кому|копия|дата|тема)\s+\S", re.IGNORECASE)
"""Fields of eM Client, which has no colons."""
DAY_ONLY: Final = re.compile(_LABEL.format("date|дата|күні|datum|data|fecha|tarih|sana"), re.IGNORECASE)
"""Dates that people name in petitions too."""
FIELD: Final = re.compile(_LABEL.format(f"{_FROM_WORDS}|{_WHEN_WORDS}|{_OTHER_WORDS}"), re.IGNORECASE)

FORWARDED: Final = re.compile(
    r"\s*(?:(?:re|aw|sv|отв|ответ|жауап)\s?:\s*)?"
    r"(?:fwd?|wg|tr|пер|пересл\w*|переадр\w*|қайта жіберілген\w*|қжб|жібер\w*|转发)\s?(?:\[\d{1,3}\])?\s?[:：]",
    re.IGNORECASE,
)
_ANSWERS = r"(?:ответ|отвеча|коммент|жауа[пб]|answer|repl(?:y|ies)|comment)"
_WHERE = r"(?:ниже|в тексте|по тексту|красным|жирным|цветом|below|inline|in red|in bold|төменде|қызылмен)"
POINTS: Final = re.compile(rf"\b(?:{_ANSWERS}.{{0,40}}{_WHERE}|{_WHERE}.{{0,40}}{_ANSWERS})", re.IGNORECASE)
"""Where people say that their answers stand between the lines of an unmarked quotation."""
GREETING: Final = re.compile(
    r"(?:здравствуй(?:те)?|добр(?:ый|ое|ого)\s+\w{3,6}|привет(?:ствую)?|уважаем\w{1,3}\s.{1,60}"
    r"|сәлем(?:етсіз(?:дер)?\s*бе|дер)?|қайырлы\s+\w{2,5}|құрметті\s.{1,60}|ассалаумағалейкум"
    r"|hello|hi|dear\s.{1,60}|good\s+\w{3,9})(?:,?\s+\S{1,30}){0,3}\s*[,.!]*$",
    re.IGNORECASE,
)
