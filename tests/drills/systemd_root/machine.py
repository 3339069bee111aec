"""A machine in namespaces: systemd as process 1, with the shipped units installed in it.

Nothing of it is seen outside but one empty control group while it lives, and nothing stays.
"""

import os
import re
import secrets  # noqa: TID251 - invented passwords, new in each drill
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
CGROUPS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))  # unified, hybrid
UNIT, INSTANCE = "mailbot.service", "mailbot@drill.service"
SETTINGS = {UNIT: "etc/mailbot", INSTANCE: "etc/mailbot/drill"}
SECRETS = {name: secrets.token_hex(32) for name in ("imap_password", "secret_key", "smtp_password")}
PATIENCE = 60.0  # seconds for anything to happen

# Units of the host's /usr that reach for its hardware or kernel, or wait for what is not here.
MASKED = (
    "systemd-udevd.service", "systemd-udev-trigger.service", "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket", "systemd-modules-load.service", "systemd-sysctl.service",
    "systemd-random-seed.service", "systemd-binfmt.service", "proc-sys-fs-binfmt_misc.automount",
    "systemd-remount-fs.service", "systemd-firstboot.service", "systemd-repart.service",
    "systemd-pcrphase.service", "systemd-pcrphase-sysinit.service", "systemd-timesyncd.service",
    "systemd-sysusers.service", "systemd-update-utmp.service", "systemd-tmpfiles-setup-dev.service",
    "systemd-hwdb-update.service", "systemd-journald-audit.socket", "systemd-machine-id-commit.service",
    "kmod-static-nodes.service", "dev-hugepages.mount", "dev-mqueue.mount", "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount", "systemd-initctl.socket",
)  # fmt: skip
DRILL_TARGET = "[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n"
DROP_IN = "[Service]\nWatchdogSec=3\nRestartSec=1\n"  # the shipped minute and ten seconds, made short
LAUNCHER = """#!/bin/sh
export LD_LIBRARY_PATH={home}/lib PYTHONHOME={home} \\
  PYTHONPATH=/opt/mailbot/src:/opt/mailbot/site PYTHONDONTWRITEBYTECODE=1
exec {home}/bin/python{version} {program} "$@"
"""
PROGRAMS = {"standin": "/opt/mailbot/standin.py", "mailbot": "-m mailbot"}


class Failed(Exception):
    """The unit did not keep a promise; the text says which."""


def expect(kept: bool, promise: str, *facts: object) -> None:  # noqa: FBT001 - reads as a sentence
    if not kept:
        raise Failed(" ".join([promise, *map(str, facts)]))


# ---------------------------------------------------------------- the machine


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A booted systemd."""

    init: int  # its process 1, as the host counts

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        inside = [
            "nsenter",
            f"--target={self.init}",
            "--mount",
            "--uts",
            "--ipc",
            "--net",
            "--pid",
            "--cgroup",
            "--",
        ]
        return subprocess.run(
            [*inside, *command],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def must(self, *command: str) -> str:
        done = self.run(*command)
        shown = [word for word in command if "=" not in word]  # neither options nor secrets
        expect(done.returncode == 0, *shown, f"exit {done.returncode}:", done.stderr.strip()[-400:])
        return done.stdout.strip()

    def show(self, unit: str) -> dict[str, str]:
        return dict(
            line.split("=", 1) for line in self.must("systemctl", "show", unit).splitlines() if "=" in line
        )

    def file(self, path: str) -> Path:
        return Path(f"/proc/{self.init}/root") / path


def until(happened: Callable[[], bool], promise: str) -> float:
    """Seconds until it *happened*."""
    began = time.monotonic()
    while not happened():
        expect(time.monotonic() - began < PATIENCE, "never:", promise)
        time.sleep(0.05)
    return round(time.monotonic() - began, 2)


@contextmanager
def booted(scratch: Path) -> Iterator[Machine]:
    """systemd as process 1 of the root that `furnish` has laid out in *scratch*."""
    group = next(place for place in CGROUPS if (place / "cgroup.procs").exists()) / f"mailbot-drill-{os.getpid()}"
    group.mkdir()
    spaces = "--mount --pid --uts --ipc --net --cgroup --fork --kill-child"
    enter = f'echo $$ > "$0/cgroup.procs"; exec unshare {spaces} "$@"'
    with (scratch / "boot.log").open("w") as log:
        command = ["sh", "-c", enter, str(group), str(HERE / "boot.sh"), str(scratch / "root")]
        unshare = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        children = Path(f"/proc/{unshare.pid}/task/{unshare.pid}/children")
        until(lambda: bool(children.read_text()), "process 1 appears")
        yield Machine(init=int(children.read_text()))
    finally:
        unshare.kill()  # and by --kill-child process 1, and with it everything in its namespace
        unshare.wait()
        until(lambda: not (group / "cgroup.procs").read_text() and emptied(group), "the machine is gone")


def emptied(group: Path) -> bool:
    """Remove a tree of control groups, as soon as nobody is in it any more."""
    try:
        for folder, _, _ in os.walk(group, topdown=False):
            Path(folder).rmdir()
    except OSError:
        return False
    return True


# ---------------------------------------------------------------- what is installed in it


def furnish(scratch: Path, *, program: str, config: str) -> None:
    """Lay out the machine's files: what systemd/README.md tells an operator to install, and a bare /etc."""
    (scratch / "root").mkdir()
    home = Path(sys.base_prefix)
    binds: dict[Path, str] = {
        Path(sysconfig.get_path("purelib")): "/opt/mailbot/site",
        **{REPOSITORY / part: f"/opt/mailbot/src/{part}" for part in ("mailbot", "config", "templates")},
    }
    if not home.is_relative_to("/usr"):
        binds[home] = "/opt/mailbot/python"
    (scratch / "root.binds").write_text("".join(f"{source} {target}\n" for source, target in binds.items()))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    launcher = LAUNCHER.format(home=binds.get(home, home), version=version, program=PROGRAMS[program])
    files = scratch / "root.files"
    write(files / "opt/mailbot/bin/mailbot", launcher, mode=0o755)
    write(files / "opt/mailbot/standin.py", (HERE / "standin.py").read_text())
    bare_etc(files / "etc")
    units(files / "etc/systemd/system")
    for unit, folder in SETTINGS.items():
        write(files / folder / "mailbot.toml", config if unit == UNIT else with_own_databases(config))
        for name, value in SECRETS.items():
            write(files / folder / "credentials" / name, value, mode=0o600)
        (files / folder / "credentials").chmod(0o700)
    write(files / "home/anybody/diary", "none of the bot's business")


def with_own_databases(config: str) -> str:
    """The sample settings, with the embedded databases where systemd/README.md wants an instance's."""
    return re.sub(r'^# (url = "sqlite\+aiosqlite:////var/lib/mailbot)/', r"\1-drill/", config, flags=re.MULTILINE)


def bare_etc(etc: Path) -> None:
    accounts = {"root": 0, "systemd-journal": 101, "mailbot": 901, "mailbot-drill": 902, "nobody": 65534}
    passwd = [f"{name}:x:{uid}:{uid}::/nonexistent:/usr/sbin/nologin\n" for name, uid in accounts.items()]
    write(etc / "passwd", "".join(passwd))
    write(etc / "group", "".join(f"{name}:x:{gid}:\n" for name, gid in accounts.items()))
    write(etc / "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
    write(etc / "hosts", "127.0.0.1 localhost\n")
    write(etc / "os-release", "ID=drill\n")
    write(etc / "machine-id", secrets.token_hex(16) + "\n")


def units(folder: Path) -> None:
    folder.mkdir(parents=True)
    for unit in (REPOSITORY / "systemd").glob("*.service"):
        shutil.copy(unit, folder)
        write(folder / f"{unit.name}.d" / "drill.conf", DROP_IN)
    write(folder / "drill.target", DRILL_TARGET)
    for name in MASKED:
        (folder / name).symlink_to("/dev/null")


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
