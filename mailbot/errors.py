"""The few exceptions raised on purpose.

    MailbotError
    ├── ConfigError       a setting is wrong or missing; raised before any loop starts
    ├── OutsideError      another system failed
    │   ├── Unavailable   try again later
    │   └── Rejected      trying again will not help
    ├── NotNow            a person's verdict does not fit the case as it stands
    ├── Conflict          somebody else has changed the row first; nothing was written
    └── AuditBroken       the audit chain does not verify; stop writing

No message carries personal data or a secret: it may be printed, logged or mailed to the operator.
"""


class MailbotError(Exception):
    """Anything raised on purpose."""


class ConfigError(MailbotError):
    """A setting is wrong or missing; the message names it and says what to do."""


class OutsideError(MailbotError):
    """Another system failed."""


class Unavailable(OutsideError):
    """Try again later."""


class Rejected(OutsideError):
    """Trying again will not help."""


class NotNow(MailbotError):
    """The verdict does not fit the case as it stands; the message says what does."""


class Conflict(MailbotError):
    """Somebody else has changed the row first; nothing was written."""


class AuditBroken(MailbotError):
    """The audit chain does not verify; stop writing."""
