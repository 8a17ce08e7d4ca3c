"""The network is shut in tests: what reaches beyond this machine fails, also when the code under test hides it."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

REACHING = (
    "with socket.socket() as own: own.connect(('192.0.2.1', 80))",
    "with socket.socket(socket.AF_INET6) as own: own.connect(('2001:db8::1', 80))",
    "with socket.socket() as own: own.connect_ex(('192.0.2.1', 80))",
    "with socket.socket(type=socket.SOCK_DGRAM) as own: own.sendto(b'x', 0, ('192.0.2.1', 53))",
    "socket.getaddrinfo('www.portaal.nl', 443)",
    "urllib3.PoolManager(retries=False).request('GET', 'http://192.0.2.1/')",
    "urllib.request.urlopen('http://192.0.2.1/')",
    "smtplib.SMTP('mail.portaal.nl')",
    "smtplib.SMTP('localhost')",
)
TEST = """
import contextlib, smtplib, socket, urllib.request
import pytest, urllib3

REACHING = {reaching!r}

@pytest.mark.parametrize("statement", REACHING)
def test_reaches_out(statement):
    exec(statement)

@pytest.mark.parametrize("statement", REACHING)
def test_hides_it(statement):
    with contextlib.suppress(Exception):
        exec(statement)
"""


def test_reaching_out_fails_and_hiding_it_as_well(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TEST.format(reaching=REACHING))
    result = pytester.runpytest("-p", "no:cacheprovider")
    number = len(REACHING)
    result.assert_outcomes(failed=number, passed=number, errors=2 * number)
    for address in (
        "192.0.2.1 port 80",
        "2001:db8::1 port 80",
        "192.0.2.1 port 53",
        "www.portaal.nl port 443",
        "mail.portaal.nl port 25",
        "the mail server of this machine (port 25)",
    ):
        said = f"the network is shut in tests, and this one tried to reach {address}"
        assert result.stdout.str().count(said) >= 2, address


def test_this_machine_is_reached(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import socket

        def test_loopback():
            with socket.create_server(("127.0.0.1", 0)) as server, \\
                    socket.create_connection(("localhost", server.getsockname()[1])) as client:
                assert client.getpeername()[0] == "127.0.0.1"

        def test_names_of_nobody():
            try:
                socket.getaddrinfo("portaal.example", 443)
            except socket.gaierror:
                return
            raise AssertionError
    """)
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_a_mark_or_a_setting_opens_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.network
        def test_open(shut_network):
            assert shut_network is None

        def test_shut(shut_network):
            assert shut_network is not None
    """)
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=2)
    pytester.makeini("[pytest]\nportaal_network = open")
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1, failed=1)
