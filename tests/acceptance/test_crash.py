"""The crash drill in short; `make drill-crash` is the long one."""

from pathlib import Path

import pytest

from tests.drills.crash import Plan, drill
from tests.servers.dovecot import DovecotServer
from tests.servers.postfix import PostfixServer

pytestmark = [pytest.mark.servers, pytest.mark.slow]


def test_whatever_kills_it_every_request_is_handled_once(
    tmp_path: Path, dovecot: DovecotServer, postfix: PostfixServer
):
    report = drill(tmp_path, dovecot, postfix, Plan(kills=5, requests=8, seed=4))

    assert report.faults == []
    assert report.figures["kills"] == 5
