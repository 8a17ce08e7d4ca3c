"""What of a login reaches the log: reasons, never what a message says (rule 19, ASVS 16.2.5)."""

from __future__ import annotations

import logging

import pytest

from portaal.testing.makelaar import Walk
from tests.eherkenning.test_logging_in import ANNA


@pytest.mark.parametrize("deviation", ["normal", "altered", "too_low"])
def test_nothing_of_a_message_is_logged_at_any_level(
    walk: Walk, caplog: pytest.LogCaptureFixture, deviation: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        suppliers = walk.begin()
        suppliers.forms[0]["deviation"] = deviation
        walk.back(walk.authenticate(suppliers, ANNA))
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    account = walk.state.accounts[ANNA]
    for secret in (
        "<saml",
        "<ds:",
        "SignedInfo",
        "EncryptedData",
        "SAMLart",
        account.pseudonym,
        "99000363",
        account.phone,
    ):
        assert secret not in logged, secret


def test_a_refusal_is_logged_with_its_reason(walk: Walk, caplog: pytest.LogCaptureFixture) -> None:
    suppliers = walk.begin()
    suppliers.forms[0]["deviation"] = "too_low"
    walk.back(walk.authenticate(suppliers, ANNA))
    (line,) = [record for record in caplog.records if record.getMessage() == "login refused"]
    assert vars(line)["reason"] == "level_too_low"
    assert vars(line)["detail"] == "the level of this login is too low or unknown"
    assert len(vars(line)["reference"]) == 8
