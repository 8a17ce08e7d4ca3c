"""The pages of the simulated parties have what a browser asks for beside them: its console stays empty."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
import urllib3

from portaal.simulators.ketenpartners.behaviour import Behaviour
from portaal.simulators.ketenpartners.chain import Chain
from portaal.simulators.ketenpartners.portal import Portal
from portaal.simulators.ketenpartners.server import Server as Partners
from portaal.testing.ciz import Server as Ciz


@pytest.fixture
def partners() -> Iterator[str]:
    server = Partners(Chain(Portal("http://127.0.0.1:1/stuf/ggk0210", "x"), Behaviour()), "x")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.chain.close()
    server.server_close()
    thread.join(15)


@pytest.fixture(params=["partners", "ciz"])
def address(request: pytest.FixtureRequest) -> str:
    found: str | Ciz = request.getfixturevalue(request.param)
    return found if isinstance(found, str) else found.url


def test_all_that_a_page_refers_to_is_there(address: str) -> None:
    with urllib3.PoolManager() as web:
        page = web.request("GET", f"{address}/")
        found = dict(re.findall(r'<link rel="(\w+)"[^>]* href="(/[^"]+)"', page.data.decode()))
        answers = {kind: web.request("GET", f"{address}{path}") for kind, path in found.items()}
    assert "img-src 'self'" in page.headers["Content-Security-Policy"]
    types = {kind: answer.headers["Content-Type"].partition(";")[0] for kind, answer in answers.items()}
    assert types == {"icon": "image/svg+xml", "stylesheet": "text/css"}
    assert {answer.status for answer in answers.values()} == {200}
