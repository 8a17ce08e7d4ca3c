"""The file with brokers: what is wrong is said before anybody logs in, and nothing is loaded without one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from portaal.app import make_app
from portaal.testing.application import Browser, app_settings
from portaal_oidc import commands
from portaal_oidc.brokers import BrokersError, read_brokers
from portaal_oidc.simulator.state import Simulator

from .conftest import PLUGIN, SECRET, write_brokers

ISSUER = "https://broker.example"


def test_the_file_of_the_documentation_is_one_that_works(tmp_path: Path) -> None:
    import portaal_oidc.brokers

    text = str(portaal_oidc.brokers.__doc__).split("::\n", 1)[1]
    file = tmp_path / "brokers.toml"
    file.write_text("\n".join(line.removeprefix("    ") for line in text.splitlines()))
    _write_key(tmp_path / "portaal-oidc.pem", rsa.generate_private_key(65537, 2048))
    (broker,) = read_brokers(file, "production")
    assert broker.origins == (ISSUER,)
    assert broker.entry.claims.branch == "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": '""'}, "broker.0.name"),
        ({"issuer": '"broker.example"'}, "is no address"),
        ({"issuer": '"http://broker.example"'}, "does not begin with https://"),
        ({"issuer": '"https://localhost:8443"'}, "for development only"),
        ({"origins": '["http://login.broker.example"]'}, "does not begin with https://"),
        ({"client_secret": ""}, "either client_key or client_secret"),
        ({"client_key": '"x.pem"'}, "either client_key or client_secret"),
        ({"client_secret": '"nergens"'}, "cannot be read"),
        ({"client_secret": '"kort"'}, "shorter than 16"),
        ({"client_secret": "", "client_key": '"kort"'}, "no readable private key"),
        ({"client_secret": "", "client_key": '"klein.pem"'}, "at least 2048 bits"),
        ({"client_secret": "", "client_key": '"p384.pem"'}, "or one on P-256"),
        ({"algorithms": '["none"]'}, "broker.0.algorithms"),
        ({"algorithms": '["HS256"]'}, "broker.0.algorithms"),
        ({"algorithms": "[]"}, "broker.0.algorithms"),
        ({"scopes": '["profile"]'}, "scopes must have openid"),
        ({"colour": '"red"'}, "broker.0.colour"),
        ({"ca_file": '"nergens"'}, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    (tmp_path / "kort").write_text("kort")
    _write_key(tmp_path / "klein.pem", rsa.generate_private_key(65537, 1024))  # noqa: S505 - that is the point
    _write_key(tmp_path / "p384.pem", ec.generate_private_key(ec.SECP384R1()))
    file = write_brokers(tmp_path, ISSUER, **changes)
    with pytest.raises(BrokersError, match=said) as error:
        read_brokers(file, "production")
    assert SECRET not in str(error.value)


def _write_key(file: Path, key: Any) -> None:
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.mark.parametrize("text", ["", "[[broker]]", "broker = 1", "\xff", "[", '[[broker]]\nname = "x"\n'])
def test_a_file_that_is_none_is_said_to_be_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "brokers.toml"
    file.write_text(text, encoding="latin-1")
    if text:
        with pytest.raises(BrokersError, match=r"brokers\.toml"):
            read_brokers(file, "production")
    else:
        assert read_brokers(file, "production") == []
    with pytest.raises(BrokersError, match="cannot be read"):
        read_brokers(tmp_path / "nergens.toml", "production")


def test_two_brokers_with_one_issuer(tmp_path: Path) -> None:
    file = write_brokers(tmp_path, ISSUER)
    file.write_text(file.read_text() * 2)
    with pytest.raises(BrokersError, match="is there twice"):
        read_brokers(file, "production")


def test_secrets_do_not_show_themselves(tmp_path: Path) -> None:
    (broker,) = read_brokers(write_brokers(tmp_path, ISSUER), "production")
    assert broker.secret == SECRET
    assert SECRET not in repr(broker)


@pytest.mark.parametrize("environment", ["kto", "production"])
def test_a_simulated_broker_keeps_the_plugin_out_of_production(
    tmp_path: Path, broker: Simulator, environment: str
) -> None:
    with pytest.raises(BrokersError, match="does not begin with https://"):
        read_brokers(write_brokers(tmp_path, broker.issuer), environment)


def test_a_broker_that_says_it_is_simulated_lets_nobody_in_with_tls_either(tmp_path: Path, broker: Simulator) -> None:
    from portaal_oidc.discovery import Metadata, check_metadata

    (known,) = read_brokers(write_brokers(tmp_path, ISSUER), "production")
    said = json.loads(json.dumps(broker.metadata()).replace(broker.issuer, ISSUER))
    metadata = Metadata.model_validate(said)
    with pytest.raises(BrokersError, match="simulated broker"):
        check_metadata(metadata, known)
    check_metadata(metadata.model_copy(update={"portaal_simulator": False}), known)


def test_a_wrong_file_is_one_plugin_less(tmp_path: Path) -> None:
    own = {"oidc.brokers": str(tmp_path / "nergens.toml"), "portaal.strict_plugins": "false"}
    settings = app_settings(tmp_path) | own
    registry = make_app(settings, PLUGIN).registry
    registry["portaal.engine"].dispose()
    (bad,) = registry["portaal.plugins"].quarantined
    assert (bad.name, bad.phase) == ("oidc", "configure")
    assert "nergens.toml cannot be read" in bad.error


def test_without_brokers_there_is_no_choice_and_no_library(
    tmp_path: Path, open_portal: Callable[[Any], Browser]
) -> None:
    app = make_app(app_settings(tmp_path), PLUGIN)
    app.registry["portaal.engine"].dispose()
    browser = open_portal(app)
    assert "Voorbeeldbroker" not in browser.get("/inloggen")
    browser.get("/inloggen/terug/oidc?state=x", status=404)
    script = (
        "import sys\n"
        "from portaal_oidc import plugin\n"
        "from portaal.api import LoginSetup\n"
        "assert plugin.portaal_login_provider(LoginSetup({}, 'production')) is None\n"
        "plugin.portaal_commands()\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('authlib', 'joserfc')])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- portaal oidc


def test_the_broker_is_tried_from_the_shell(tmp_path: Path, broker: Simulator) -> None:
    file = str(write_brokers(tmp_path, broker.issuer))
    done = CliRunner().invoke(commands.test, [file, "--development"])
    assert (done.exit_code, done.output.strip()) == (
        0,
        f"Voorbeeldbroker: ready, 1 keys, people log in at {broker.issuer}",
    )


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("down", "status 503"),
        ("garbage", "something else than JSON"),
        ("empty", "no usable issuer"),
        ("other_issuer", "calls itself https://elders.example"),
        ("other_origin", "elders.example does not"),
    ],
)
def test_what_is_wrong_with_a_broker_is_said_from_the_shell(
    tmp_path: Path, broker: Simulator, fault: str, said: str
) -> None:
    broker.faults["discovery"] = fault
    done = CliRunner().invoke(commands.test, [str(write_brokers(tmp_path, broker.issuer)), "--development"])
    assert done.exit_code == 1
    assert said in done.output or (fault == "other_origin" and "name that in origins" in done.output)


def test_a_wrong_file_is_said_from_the_shell(tmp_path: Path, broker: Simulator) -> None:
    for command in (commands.test, commands.sleutels):
        done = CliRunner().invoke(command, [str(write_brokers(tmp_path, broker.issuer))])
        assert done.exit_code == 1
        assert "does not begin with https://" in done.output


def test_our_public_keys_are_shown_and_nothing_more(tmp_path: Path) -> None:
    _write_key(tmp_path / "ours.pem", ec.generate_private_key(ec.SECP256R1()))
    file = write_brokers(tmp_path, ISSUER, client_secret="", client_key='"ours.pem"')
    done = CliRunner().invoke(commands.sleutels, [str(file)])
    assert done.exit_code == 0
    assert '"kid"' in done.output
    assert '"d"' not in done.output
