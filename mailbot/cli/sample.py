"""config/mailbot.toml with other values: every line of its documentation stays."""

import json
import re
from collections.abc import Mapping

Plain = str | int | tuple[str, ...]

_SECTION = re.compile(r"\[([\w.]+)\]")
_SETTING = re.compile(r"(?P<off># )?(?P<key>\w+) = (?P<value>.*?)(?P<comment>\s+#.*)?")
_COMMENTS_AT = 41  # column, as in the sample


def filled(sample: str, chosen: Mapping[str, Mapping[str, Plain | None]]) -> str:
    """*sample* with the values of *chosen* (section → key → value); None leaves a setting out.

    Raises ValueError where the two do not fit: a chosen setting that the sample does not explain, or a value of
    the sample's invented company that nobody replaced.
    """
    left = {(section, key) for section, keys in chosen.items() for key in keys}
    section, lines = "", []
    for line in sample.splitlines():
        if found := _SECTION.match(line):
            section = found[1]
        setting = _SETTING.fullmatch(line) if section else None
        if setting is None:
            lines.append(line)
            continue
        where = section, setting["key"]
        if where in left:
            left.remove(where)
            lines.append(_written(setting, chosen[section][setting["key"]]))
        elif setting["off"]:
            lines.append(line)
        else:
            raise ValueError(f"nothing was chosen for {section}.{setting['key']}")
    if left:
        raise ValueError(f"the sample does not explain {sorted(left)}")
    return "\n".join(lines) + "\n"


def _written(setting: re.Match[str], value: Plain | None) -> str:
    text = f'# {setting["key"]} = ""' if value is None else f"{setting['key']} = {_toml(value)}"
    comment = (setting["comment"] or "").lstrip()
    return f"{text:<{_COMMENTS_AT - 2}}  {comment}" if comment else text


def _toml(value: Plain) -> str:
    """*value* as TOML, whose strings are JSON's but for DEL (TOML 1.0, "String")."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
