"""Message + Knowledge → Reading: which rights, on what evidence, how sure."""

from mailbot.core.understanding.knowledge import Knowledge
from mailbot.core.understanding.languages import languages_of
from mailbot.core.understanding.read import rules_said_by, understand
from mailbot.core.understanding.replies import reply_word, says_away

__all__ = ["Knowledge", "languages_of", "reply_word", "rules_said_by", "says_away", "understand"]
