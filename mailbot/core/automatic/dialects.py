"""How mail programs speak: the words of bounces, delays, receipts, absences, challenges and ticket systems.

A subject alone proves nothing where a person could have written it: it counts beside another sign, which the
caller asks for. All patterns are for text in lower case, and bounded: the time is linear in what they are given.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speech:
    """What a kind of program says in its text."""

    pattern: re.Pattern[str]
    pieces: tuple[
        str, ...
    ]  # one of them stands in everything that the pattern finds: looked for first, at no cost

    def heard_in(self, text: str) -> bool:
        """Whether it is said in *text*, which is in lower case."""
        return any(piece in text for piece in self.pieces) and bool(self.pattern.search(text))


def _speech(pattern: str, pieces: str) -> Speech:
    return Speech(re.compile(pattern), tuple(pieces.split("|")))


# ---------------------------------------------------------------- who

DAEMON = re.compile(r"mailer-?_?daemon|mail-?daemon|mdaemon|daemon|mmdf|uucp")
SYSTEM = re.compile(
    r"post-?master|administrator|sysadmin|system|mail-?(?:system|router|gateway|delivery|admin)?|smtp|notes"
    r"|delivery|bounces?|mailgate|quarantine",
)
"""Local parts that make a bounce of a message with a bounce's subject; people share some of them."""

# ---------------------------------------------------------------- bounces

BOUNCE_SUBJECT = re.compile(
    r"undelivered mail returned to sender|undeliverable mail\s*$|mail delivery failed: returning message"
    r"|failure notice$"
    r"|delivery status notification \(failure\)|returned mail: (?:see transcript|user unknown|host unknown)"
    r"|delivery notification: delivery has failed|mail delivery (?:system|subsystem): |сообщение не доставлено$"
    r"|delivery failure: \S|nondeliverable mail$|mail system error - returned mail",
)
"""Words that no person puts into a subject."""

BOUNCE_PREFIX = re.compile(
    r"\W{0,5}(?:undeliver|non-?deliver|mail delivery|e?-?mail (?:delivery|could not be delivered|not delivered)"
    r"|delivery (?:status|fail|error|notification|report|problem|incomplete|unsuccessful)|returned mail"
    r"|returned to sender"
    r"|failed (?:mail|delivery)|failure (?:notice|delivery)|message (?:could not be delivered|undeliverable"
    r"|not delivered)"
    r"|(?:permanent|fatal) (?:delivery )?error|(?:recipient|user|mailbox|address) (?:unknown|not found"
    r"|unavailable|full)"
    r"|could not deliver|rejected:|bounce|delivery\W{1,3}fail|автоматически возвращ|не ?доставлен|недоставлен"
    r"|не ?доставк|не удалось доставить|не удаётся доставить|не удается доставить|невозможно доставить"
    r"|ошибка (?:при )?доставк|сбой доставки|почта не доставлена"
    r"|уведомление о (?:не)?доставк|уведомление о состоянии доставки|отч[её]т о (?:не)?доставк"
    r"|возврат (?:почты|письма|сообщения)|письмо (?:не доставлено|возвращено|отклонено)"
    r"|сообщение (?:не доставлено|возвращено|отклонено)|ваше (?:письмо|сообщение) не (?:было )?доставлено"
    r"|жеткізілмеді|жеткізілмеген|жеткізу (?:қатесі|сәтсіз|мүмкін)|хат(?:ыңыз)? жеткізілмеді"
    r"|хабарлама(?:ңыз)? жеткізілмеді"
    r"|unzustellbar|non remis|no se puede entregar|non recapitabile|onbestelbaar|niedostarcz)",
)
RETURNED = _speech(
    r"\b[45]\.\d{1,3}\.\d{1,3}\b|\b5[0-7]\d[- ](?:\S{1,40} ){0,6}?(?:user|mailbox|recipient|address|relay|denied"
    r"|rejected|blocked)"
    r"|(?:could not|couldn't|cannot|can't|was not|not|unable to|failed to) be?\s?(?:\w{1,15} )?(?:deliver|reach)"
    r"|unable to deliver|did not reach|(?:user|recipient|mailbox|addressee?) (?:\S{1,60} )?(?:is "
    r"|was )?(?:unknown|not found|not listed"
    r"|unavailable|does(?:n't| not) exist|full|over quota|disabled)|no such (?:user|recipient|mailbox|address)"
    r"|unknown (?:user|recipient|address)|quota exceeded|permanent (?:fatal )?error|undeliverable"
    r"|delivery (?:has )?failed"
    r"|delayed|still (?:being )?(?:trying|retried|attempt)"
    r"|не (?:может быть|было|был|удалось|удаётся|удается|получилось)\s{1,3}доставить?"
    r"|не (?:может быть|было|был) доставлен|(?:адресат|получатель|пользователь|ящик"
    r"|адрес) (?:\S{1,60} )?не (?:найден|существует|обслуж)"
    r"|ящик (?:\S{1,60} )?(?:переполнен|заблокирован|недоступен|отключ[её]н)|письмо возвращено"
    r"|нет такого пользователя"
    r"|жеткізілмеді|жеткізу мүмкін (?:емес|болмады)|(?:пайдаланушы|алушы|жәшік"
    r"|мекенжай) (?:\S{1,60} )?(?:табылмады|толы|жоқ)",
    "4.|5|deliver|reach|unknown|found|listed|exist|unavailable|full|quota|disabled|no such|permanent"
    "|delayed|still|доставл|доставить|найден|существует|обслуж|ящик|возвращено|нет такого|жеткіз"
    "|табылмады|толы|жоқ",
)
"""What a mail system says of a letter that came back, in its text."""

PROGRESS_PREFIX = re.compile(
    r"\W{0,5}(?:delivery status notification \((?:delay|success|relay|expanded|delivered)|(?:mail )?delivery delay"
    r"|delayed(?: mail|: | -)|delayed delivery|warning: (?:message|could not send|mail)|message (?:delayed"
    r"|delivery delayed)"
    r"|mail delivery (?:warning|delayed)|delivery (?:delayed|warning)|your message has been delayed"
    r"|still trying to deliver"
    r"|successful mail delivery report|delivered: |relayed: |expanded: |delivery (?:receipt|confirmation)"
    r"|доставлено: |доставка (?:отложена|задерж)|задержка (?:при )?доставк|отложенная доставка|ретранслировано: "
    r"|расширено: "
    r"|письмо (?:доставлено|задерж)|сообщение (?:доставлено|задерж)|жеткізілді: |жеткізу кешік|хат кешік)",
)
"""What says where a letter is, and not that it failed."""

# ---------------------------------------------------------------- receipts

RECEIPT_SUBJECT = re.compile(
    r"\W{0,5}(?:read: |not read: |read(?:ing)? receipt|return receipt|disposition notification|message read"
    r"|прочтено|прочитано|не прочтено|не прочитано|прочетено|уведомление о (?:про|от)чт|уведомление о прочит"
    r"|отч[её]т о прочтении|подтверждение (?:о )?прочтени|квитанция о прочтении|сообщение (?:прочитано|прочтено)"
    r"|оқылды|оқылмады|оқылғаны туралы|оқу туралы|хат оқылды)",
)
READ = _speech(
    r"was (?:read|opened|displayed|deleted without being read)|has been (?:read|displayed|opened)|return receipt"
    r"|(?:было|был) (?:прочитан|прочтен|открыт|показан|отображ|удал[её]н)о?|прочитано \d|прочтено \d"
    r"|подтверждает,? что"
    r"|письмо прочитано|сообщение прочитано|не гарантирует|оқылды|ашылды|көрсетілді",
    "read|opened|displayed|receipt|прочит|прочтен|открыт|показан|отображ|удал|подтверждает"
    "|не гарантирует|оқылды|ашылды|көрсетілді",
)

# ---------------------------------------------------------------- absences

AUTOMATIC_REPLY = re.compile(
    r"\W{0,3}(?:automatic reply|automated (?:reply|response)|auto(?:matic)?[ -]?(?:reply|response|answer"
    r"|responder)"
    r"|out of (?:the )?office(?: auto-?reply)?|ooo|away from (?:my |the )?(?:office|desk|mail)|автоответ(?:чик)?"
    r"|авто-?ответ"
    r"|автоматический ответ|автоматическое уведомление|автоматты (?:түрде )?(?:берілген )?жауап|автожауап"
    r"|вне офиса|нет на месте|кеңседе жоқпын|орнымда жоқпын)\W{0,3}(?::|$|\(|-|–|—|re\b)",
)
ABSENCE_PREFIX = re.compile(
    r"(?:\S{1,4}:\s*)?(?:automatic reply|auto-?reply|out of (?:the )?office|(?:i am |я |мен )?(?:on (?:vacation"
    r"|leave|holiday)"
    r"|в отпуске|в командировке|на больничном|на каникулах)|отсутствую|отсутствие (?:до|с|на|в) |отсутствие$"
    r"|нахожусь|автоответ|автоматический ответ|автоматты|автожауап"
    r"|демалыс|еңбек демалысы|іссапар|vacation|holiday|away (?:from|until|notice)|absen|annual leave"
    r"|maternity leave)",
)
AWAY = _speech(
    r"\b(?:i am|i'm|i will be|i'll be|is|we are) (?:\w{1,12} ){0,3}(?:out of (?:the )?office|away"
    r"|on (?:\w{1,12} )?(?:leave|vacation|holiday)"
    r"|travell?ing|unavailable)|out of (?:the )?office (?:until|from|through|till|and|with|between)|(?:limited"
    r"|no) access to (?:my )?e-?mail"
    r"|automat(?:ic|ed) (?:reply|response|message)|auto-?reply|no longer (?:work|with|employed|at)"
    r"|i will (?:reply|respond|answer)"
    r" (?:\w{1,12} ){0,6}(?:return|back)|office is closed|closed for (?:the )?holiday"
    r"|(?:нахожусь|буду|ушла?|уехала?|сейчас|я|отдел) (?:\w{1,15} ){0,3}(?:в|на) (?:\w{1,15} ){0,2}(?:отпуск[еу]?"
    r"|больничном|командировке|каникулах)"
    r"|^\W{0,3}(?:в|на) (?:отпуске|больничном|командировке)|буду (?:\w{1,15} ){0,2}отсутств|отсутствую"
    r"|временно отсутств|вне офиса"
    r"|автоматический ответ|автоответчик|отправлен\w{0,3} автоматически|сформирован\w{0,3} автоматически"
    r"|создан\w{0,3} автоматически"
    r"|больше не (?:работа|явля)|не работаю в|ограничен\w{0,3} доступ\w? к (?:\w{1,15} )?(?:почт|интернет)"
    r"|выйду на работу|офис (?:закрыт|не работает)"
    r"|отвечу (?:\w{1,15} ){0,4}(?:возвращени|выход)"
    r"|демалыста|демалысында|демалысқа|іссапарда|кеңседе (?:жоқ|болма)|орнымда (?:жоқ|болма)|жұмыста (?:жоқ|болма)"
    r"|автоматты (?:түрде )?(?:\w{1,15} )?жауап|жауап автоматты|сырқат парағы|ауырып қал|жұмыс істемеймін"
    r"|орала(?:мын|рмын)|оралғаннан",
    "office|away|leave|vacation|holiday|travel|unavailable|access|automat|auto|no longer|return|back"
    "|отпуск|больничн|командировк|каникул|отсутств|вне офиса|автомат|автоответ|больше не|не работа"
    "|доступ|выйду|офис|отвечу|демалыс|іссапар|кеңседе|орнымда|жұмыс|жауап|сырқат|ауырып|орала"
    "|оралғаннан",
)
ASKS = re.compile(
    r"удал|отпи[сш]|отзыв|отзов|отоз|өшір|жойы|жою|деректер|персональн|unsubscr|delet|erase|withdraw|personal data"
    r"|прекрат|тоқтат|бас тарт|не присыл|не шли|рассылк"
)
"""What people ask of us: whoever says so is no machine by its words alone."""
ANSWERS = re.compile(
    r"подтвер[жд]|подтвежд|растай|confirm|остан|человек|адам|human|\bmb[0-9a-z]{26}\b"
    r"|^\W{0,5}(?:да|нет|yes|no|ok|ок|иә|ия|жоқ|жок|stop|стоп)\b"
)
"""What a person who happens to be away could be answering to a question of ours."""

# ---------------------------------------------------------------- challenges and ticket systems

CHALLENGE = _speech(
    r"(?:confirm|prove|verify|подтвердит\w{1,3}|докажит\w{1,3}|растаңыз)\W{1,4}(?:that |что |)(?:you are |you're "
    r"|вы |)\s?"
    r"(?:not |не |)(?:a |)(?:human|robot|person|spammer|робот|человек|спамер)|робот емес|boxbe|spam ?arrest|tmda"
    r"|sender (?:verification|confirmation)"
    r"|(?:challenge|verification)[- ]response|waiting list\)|(?:to|для) (?:have|get|ensure)?\s?(?:your "
    r"|)(?:message|e-?mail|mail) (?:be |)"
    r"(?:delivered|released)|для доставки (?:вашего |)(?:письма|сообщения)|(?:письмо|сообщение|message|e-?mail"
    r"|mail) (?:\w{1,12} ){0,3}"
    r"(?:ожидает подтверждения|задержано до подтверждения|is (?:being )?held|has been (?:held|quarantined)"
    r"|awaits? (?:your )?(?:confirmation|verification))"
    r"|(?:first time|впервые) (?:\w{1,12} ){0,6}(?:confirm|verify|подтверд)"
    r"|антиспам\w{0,4} (?:\w{1,12} ){0,4}(?:подтверд|провер)"
    r"|add(?:ed)? (?:\w{1,12} ){0,3}to (?:my|the|his|her) (?:white ?list|allowed senders)"
    r"|белый список отправителей",
    "human|robot|spam|робот|человек|boxbe|tmda|verif|sender|challenge|waiting list|deliver|release"
    "|доставки|ожидает подтверждения|задержано|held|quarantin|await|first time|впервые|антиспам"
    "|whitelist|white list|allowed senders|белый список",
)
TICKET_SUBJECT = re.compile(
    r"\[?(?:ticket|case|request|incident|sr|тикет|заявка|обращение|запрос|инцидент|өтінім"
    r"|өтініш)\s?(?:id)?\W{0,3}(?:№|#|n|no)?\W{0,2}[\w-]*\d"
    r"|(?:request|ticket|case|enquiry|inquiry|message|email|query) (?:\W?\w{1,15}\W? ){0,4}(?:received|registered"
    r"|opened|created|logged|accepted)"
    r"|(?:заявк|обращени|запрос|тикет|письмо|сообщение)\w{0,3} (?:\W{0,2}[\w-]{1,15} ){0,3}(?:принят"
    r"|зарегистрирован|создан|получен|в обработке)"
    r"|(?:өтінім|өтініш|сұрау|хат|хабарлама)\w{0,6} (?:\W{0,2}[\w-]{1,15} ){0,3}(?:тіркелді|қабылданды|алынды)"
    r"|we(?:'ve| have) received your"
    r"|спасибо за (?:обращение|ваше обращение|ваш запрос)|thank you for (?:contacting|your (?:request|message"
    r"|enquiry|inquiry|e-?mail))",
)
TICKET = _speech(
    r"(?:ваш\w{0,2}|your|сіздің) (?:\w{1,15} ){0,2}(?:заявк|обращени|запрос|письмо|сообщение|request|ticket|case"
    r"|message|e-?mail|enquiry|inquiry|query"
    r"|өтінім|өтініш|сұрау|хат)\w{0,6}\W{1,4}(?:\W{0,3}[\w#№-]{1,25}\W{1,3}){0,6}?(?:принят|получен"
    r"|зарегистрирован|создан|присвоен"
    r"|received|registered|created|logged|opened|assigned|тіркелді|қабылданды|алынды)"
    r"|(?:заявк|обращени|запрос)\w{0,3} (?:присвоен|зарегистрирован|принят|создан)|присвоен (?:\w{1,15} )?номер"
    r"|we have received your|a (?:support )?(?:ticket|case|request) (?:has been|was) (?:opened|created|logged)"
    r"|өтініміңіз|нөмірі берілді"
    r"|type your reply above|please do not (?:change|edit) the subject|не (?:изменяйте|меняйте) тему",
    "принят|получен|зарегистрирован|создан|присвоен|received|registered|created|logged|opened"
    "|assigned|тіркелді|қабылданды|алынды|өтініміңіз|берілді|reply above|the subject|тему",
)
LEAVE_UNANSWERED = _speech(
    r"(?:не (?:нужно |надо )?отвеча(?:йте|ть)|отвечать (?:на \w{1,10} (?:\w{1,10} )?)?не (?:нужно|надо|требуется)"
    r"|do not reply|don't reply|no-?reply|жауап (?:беруді |)(?:бермеңіз|қажет емес|жазбаңыз)"
    r"|автоматическ\w{1,4}|автоматически|automatic(?:ally)?|automated|автоматты)",
    "отвеча|reply|жауап|автомат|automat",
)
