"""What people ask for, in words that are read without doubt; `test_drill` holds that they are."""

from mailbot.core.model import Language, Right

ASKS: dict[Right, dict[Language, str]] = {
    Right.ERASURE: {
        Language.RU: "Прошу удалить все мои персональные данные.",
        Language.KK: "Менің барлық дербес деректерімді жоюыңызды сұраймын.",
        Language.EN: "Please delete all my personal data.",
    },
    Right.ACCESS: {
        Language.RU: "Прошу сообщить, какие мои персональные данные вы храните и откуда они получены.",
        Language.KK: "Сіздерде менің қандай дербес деректерім сақталғанын хабарлауыңызды сұраймын.",
        Language.EN: "Please tell me what personal data about me you hold and where you got it from.",
    },
    Right.WITHDRAW_CONSENT: {
        Language.RU: "Отзываю своё согласие на обработку персональных данных.",
        Language.KK: "Дербес деректерімді өңдеуге берген келісімімді кері қайтарып аламын.",
        Language.EN: "I withdraw my consent to the processing of my personal data.",
    },
    Right.UNSUBSCRIBE: {
        Language.RU: "Отпишите меня от рассылки.",
        Language.KK: "Мені жарнамалық хат тізімінен шығарып тастаңыз.",
        Language.EN: "Please unsubscribe me from your newsletter.",
    },
}

YES = {Language.RU: "ПОДТВЕРЖДАЮ", Language.KK: "РАСТАЙМЫН", Language.EN: "CONFIRM"}
NO = {Language.RU: "НЕТ", Language.KK: "ЖОҚ", Language.EN: "STOP"}
PERSON = {Language.RU: "ЧЕЛОВЕК", Language.KK: "АДАМ", Language.EN: "HUMAN"}
