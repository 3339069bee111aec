"""`make drill-systemd`: boots systemd in namespaces of its own and really runs the shipped units in it.

    python -m tests.drills.systemd [--program standin|mailbot] [--config FILE]

Needs root, util-linux and systemd 252 or newer; changes nothing on the host and leaves nothing behind. The
last line is JSON: {"ok": true, ...}, with what was counted and how long the longest of each took.

`standin` (default) is systemd_root/standin.py, which keeps only the program's promises to systemd; `mailbot`
is the real program, out of this checkout and the Python that runs the drill.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.drills.systemd_root.machine import (
    INSTANCE,
    PROGRAMS,
    REPOSITORY,
    SECRETS,
    SETTINGS,
    UNIT,
    Failed,
    Machine,
    booted,
    expect,
    furnish,
    until,
    write,
)

STOP_WITHIN = 10.0  # seconds, issue 2 item 11
WRONG = "this is not TOML ["


def starts(machine: Machine, unit: str) -> dict[str, float]:
    """`systemctl start` returns once the program has said READY=1."""
    began = time.monotonic()
    machine.must("systemctl", "start", unit)
    seen = machine.show(unit)
    expect(seen["ActiveState"] == "active" and seen["NRestarts"] == "0", "starts at once:", seen["Result"])
    return {"start_s": round(time.monotonic() - began, 2)}


def hands_over_credentials(machine: Machine, unit: str) -> dict[str, float]:
    """The process reads its secrets; its neighbours do not, and it does not see root's own files."""
    main = machine.show(unit)["MainPID"]
    user = machine.show(unit)["User"]
    environ = machine.file(f"proc/{main}/environ").read_text().split("\0")
    folder = next(line.partition("=")[2] for line in environ if line.startswith("CREDENTIALS_DIRECTORY="))
    for name, value in SECRETS.items():
        own = as_user(machine, main, user, f"{folder}/{name}")
        expect(own.stdout == value, f"{user} reads {name}", own.stderr)
        expect(as_user(machine, main, "nobody", f"{folder}/{name}").returncode != 0, f"nobody else reads {name}")
        stored = as_user(machine, main, user, f"/{SETTINGS[unit]}/credentials/{name}")
        expect(stored.returncode != 0, f"{user} does not see the stored {name}")
    return {"credentials": len(SECRETS)}


def as_user(machine: Machine, main: str, user: str, path: str) -> subprocess.CompletedProcess[str]:
    """*path* as *user* would read it where process *main* lives."""
    drop = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
    return machine.run("nsenter", f"--target={main}", "--mount", "--", *drop, "cat", path)


def lives_in_its_sandbox(machine: Machine, unit: str) -> dict[str, float]:
    """What the stand-in says about its own surroundings; the real program's status is its own affair."""
    status = machine.show(unit)["StatusText"]
    expect(f"credentials={len(SECRETS)} " in status and status.endswith("broken=nothing"), "sandbox:", status)
    return {"sandboxes": 1}


def reloads(machine: Machine, unit: str) -> dict[str, float]:
    """SIGHUP, with a good file and then a bad one: the same process goes on, ready and active."""
    settings = machine.file(f"{SETTINGS[unit]}/mailbot.toml")
    good, before = settings.read_text(), machine.show(unit)
    for text in (good, WRONG):
        settings.write_text(text)
        machine.must("systemctl", "reload", unit)
        until(lambda: machine.show(unit)["ActiveState"] == "active", "active after a reload")
    settings.write_text(good)
    after = machine.show(unit)
    expect(after["MainPID"] == before["MainPID"] and after["NRestarts"] == "0", "reloads without a restart")
    return {"reloads": 2}


def is_watched(machine: Machine, unit: str) -> dict[str, float]:
    """A process that hangs is killed and started again, and is ready again."""
    before = machine.show(unit)
    machine.must("kill", "-STOP", before["MainPID"])
    took = until(lambda: machine.show(unit)["NRestarts"] == "1", "the watchdog restarts what hangs")
    until(lambda: machine.show(unit)["ActiveState"] == "active", "active after a restart")
    journal = machine.must("journalctl", "--unit", unit, "--no-pager", "--output=cat")
    expect("Watchdog timeout" in journal and "signal SIGKILL" in journal, "it was the watchdog")
    expect(machine.show(unit)["MainPID"] != before["MainPID"], "another process")
    return {"watchdog_restarts": 1, "watchdog_s": took}


def stops(machine: Machine, unit: str) -> dict[str, float]:
    """SIGTERM ends it in good order within ten seconds."""
    began = time.monotonic()
    machine.must("systemctl", "stop", unit)
    took = round(time.monotonic() - began, 2)
    seen = machine.show(unit)
    expect(seen["ActiveState"] == "inactive" and seen["Result"] == "success", "stops in order:", seen["Result"])
    expect(took <= STOP_WITHIN, f"stops within {STOP_WITHIN} s:", took)
    return {"stop_s": took}


def waits_for_a_person(machine: Machine, unit: str) -> dict[str, float]:
    """A wrong setting is exit code 2, and no restart helps."""
    settings = machine.file(f"{SETTINGS[unit]}/mailbot.toml")
    good = settings.read_text()
    settings.write_text(WRONG)
    expect(machine.run("systemctl", "start", unit).returncode != 0, "does not start on a wrong setting")
    time.sleep(2)  # longer than RestartSec
    seen = machine.show(unit)
    settings.write_text(good)
    expect(seen["ActiveState"] == "failed" and seen["NRestarts"] == "0", "is not restarted:", seen["ActiveState"])
    expect(seen["ExecMainStatus"] == "2", "exit code 2, not", seen["ExecMainStatus"])
    machine.must("systemctl", "reset-failed", unit)
    return {"wrong_settings_refused": 1}


def misses_a_secret(machine: Machine, unit: str) -> dict[str, float]:
    """Without a needed secret the unit does not start at all."""
    secret = machine.file(f"{SETTINGS[unit]}/credentials/imap_password")
    secret.unlink()
    expect(machine.run("systemctl", "start", unit).returncode != 0, "does not start without imap_password")
    expect(machine.show(unit)["ExecMainStatus"] == "243", "the reason is CREDENTIALS")
    machine.must("systemctl", "stop", unit)
    write(secret, SECRETS["imap_password"], mode=0o600)
    return {"missing_secrets_refused": 1}


def drill(machine: Machine, program: str) -> Iterator[Mapping[str, float]]:
    """Every promise, on the plain unit and on an instance of the template."""
    yield {"boot_s": until(lambda: up(machine), "systemd is up")}
    for unit in (UNIT, INSTANCE):
        if program == "mailbot":
            prepare(machine, unit)
        yield starts(machine, unit)
        yield hands_over_credentials(machine, unit)
        if program == "standin":
            yield lives_in_its_sandbox(machine, unit)
        yield reloads(machine, unit)
        yield is_watched(machine, unit)
        yield stops(machine, unit)
        yield waits_for_a_person(machine, unit)
        yield misses_a_secret(machine, unit)


def up(machine: Machine) -> bool:
    expect(Path(f"/proc/{machine.init}").exists(), "systemd boots")
    return machine.run("systemctl", "is-system-running").stdout.strip() in {"running", "degraded"}


def prepare(machine: Machine, unit: str) -> None:
    """What systemd/README.md does before the first start of the real program."""
    seen = machine.show(unit)
    user, state = seen["User"], seen["WorkingDirectory"]
    machine.must("install", "-d", "-o", user, "-g", user, "-m", "0700", state)
    known = [f"MAILBOT_{name.upper()}={value}" for name, value in SECRETS.items()]
    drop = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "env", *known)
    program = ("/opt/mailbot/bin/mailbot", "db", "upgrade", "--config", f"/{SETTINGS[unit]}/mailbot.toml")
    machine.must(*drop, *program)


def tell(machine: Machine, scratch: Path) -> None:
    """What a person wants to read after a failure."""
    print((scratch / "boot.log").read_text()[-4000:])
    print(machine.run("journalctl", "--no-pager", "--lines=60", "--unit=mailbot*").stdout)


def run(program: str, config: str) -> dict[str, object]:
    """The last line: counts are sums, times the longest seen."""
    total: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="mailbot-drill-") as folder:
        scratch = Path(folder)
        furnish(scratch, program=program, config=config)
        with booted(scratch) as machine:
            try:
                for facts in drill(machine, program):
                    print(facts, flush=True)
                    for name, value in facts.items():
                        seen = total.get(name, 0)
                        total[name] = max(seen, value) if name.endswith("_s") else seen + value
            except Failed as exc:
                tell(machine, scratch)
                return {"ok": False, "program": program, "failed": str(exc), **total}
    return {"ok": True, "program": program, **total}


def missing() -> str:
    """Why no machine can be booted here; empty: it can."""
    if os.geteuid():
        return "needs root"
    lacking = [
        name for name in ("systemd", "unshare", "nsenter", "setpriv", "pivot_root") if not shutil.which(name)
    ]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Boot systemd in namespaces and run the shipped units in it.")
    parser.add_argument("--program", choices=sorted(PROGRAMS), default="standin")
    parser.add_argument("--config", type=Path, default=REPOSITORY / "config" / "mailbot.toml", metavar="FILE")
    chosen = parser.parse_args()
    why_not = missing()
    verdict = {"ok": False, "failed": why_not} if why_not else run(chosen.program, chosen.config.read_text())
    print(json.dumps(verdict))
    return 0 if verdict["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
