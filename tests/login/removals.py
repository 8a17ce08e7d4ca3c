"""Take out each rule of the login seam and of OpenID Connect, one at a time, and see that a test turns red.

``python -m tests.login.removals`` works as :mod:`tests.eherkenning.removals` does.
"""

from __future__ import annotations

import sys

from tests.eherkenning.removals import Removal, run

SEAM, OIDC = "../login/", "../../../plugins/oidc/portaal_oidc/"
PROVIDER = "tests/plugins/test_login_provider.py"
REFUSALS, LOGIN, BROKERS = (f"plugins/oidc/tests/test_{name}.py" for name in ("refusals", "logging_in", "brokers"))


def seam(what: str, file: str, old: str, new: str = "") -> Removal:
    return Removal("seam", what, SEAM + file, old, new, (PROVIDER,))


def oidc(what: str, file: str, old: str, new: str, *tests: str) -> Removal:
    """:param tests: tests, or abnormal answers of the simulated broker."""
    abnormal = f"{REFUSALS}::test_an_abnormal_answer_gets_nobody_in[sqlite-"
    return Removal("oidc", what, OIDC + file, old, new, tuple(t if "/" in t else f"{abnormal}{t}]" for t in tests))


REMOVALS = (
    seam("the provider that asked", "pending.py", ", PendingLogin.provider == provider"),
    seam("the browser that asked", "pending.py", " or found.browser_hash != token_hash(browser_token)"),
    seam("one answer", "pending.py", "if claimed.rowcount != 1:", "if False:"),
    seam("half an hour", "pending.py", "if found.created_at < now - LIFETIME:", "if False:"),
    seam("what was remembered is forgotten", "pending.py", ", remembered={}"),
    seam("an assertion once", "views.py", "        pending.use_once(request.dbsession, record)\n"),
    seam("a parameter once", "views.py", "if len(parameters) != len(request.GET):", "if False:"),
    seam("who was asked", "providers.py", "if record.issuer != asked:", "if False:"),
    seam("who is still known", "providers.py", "if self.owner_of(back.issuer) != name:", "if False:"),
    seam("the level", "providers.py", " or not record.level.suffices_for(MINIMUM)"),
    seam("a level that we know", "providers.py", "not isinstance(record.level, AssuranceLevel) or "),
    seam("the form of identities", "providers.py", "if not is_well_formed(record):", "if False:"),
    seam("the end of validity", "providers.py", "if record.expires_at <= clock.now():", "if False:"),
    seam("where browsers go", "providers.py", "not in provider.origins:", "in ():"),
    seam("how much is remembered", "providers.py", "> MOST_REMEMBERED:", "< 0:"),
    seam("an issuer is one provider's", "providers.py", "if self.owner_of(choice.issuer) is not None:", "if False:"),
    seam("origins over TLS", "providers.py", 'if address.scheme != "https" and', "if False and"),
    seam("the form of origins", "providers.py", " or not ORIGIN.fullmatch(origin)"),
    oidc(
        "the broker in the answer",
        "client.py",
        " or (issuer is not None and issuer != self._entry.issuer)",
        "",
        "wrong_iss_parameter",
    ),
    oidc("a broker that always names itself", "client.py", "if missing or", "if", "no_iss_parameter"),
    oidc("an error is no login", "client.py", 'if "error" in back.parameters:', "if False:", "access_denied"),
    oidc("PKCE", "client.py", "create_s256_code_challenge(verifier)", '"x" * 43', LOGIN),
    oidc(
        "algorithms",
        "id_token.py",
        "algorithms=list(entry.algorithms)",
        'algorithms=["RS256", "PS256"]',
        f"{REFUSALS}::test_it_is_refused_in_the_token_too",
    ),
    oidc("the issuer", "id_token.py", '"iss": {"essential": True, "value": entry.issuer},', "", "wrong_issuer"),
    oidc("whom it was made for", "id_token.py", '"client_id": entry.client_id, ', "", "wrong_azp", "two_audiences"),
    oidc("the nonce", "id_token.py", '"nonce": expected.nonce, ', "", "wrong_nonce"),
    oidc("the access token", "id_token.py", ', "access_token": expected.access_token', "", "wrong_at_hash"),
    oidc("not long ago", "client.py", ', moment(claims["iat"]) + MAX_AGE)', ', moment(claims["exp"]))', "old"),
    oidc("a fresh login", "id_token.py", "    _check_fresh(claims, expected)\n", "", "earlier_login"),
    oidc("a moment of login", "id_token.py", "and not expected.entry.auth_time", "", "no_auth_time"),
    oidc("times are moments", "id_token.py", "(OverflowError, OSError, ValueError)", "LookupError", "endless"),
    oidc(
        "large keys",
        "discovery.py",
        ">= CHARACTERS_OF_2048_BITS",
        ">= 0",
        f"{REFUSALS}::test_only_large_public_keys_that_sign_are_used",
    ),
    oidc(
        "keys that sign",
        "discovery.py",
        ' or key.get("use", "sig") != "sig"',
        "",
        f"{REFUSALS}::test_only_large_public_keys_that_sign_are_used",
    ),
    *(
        oidc(what, "discovery.py", old, new, f"{REFUSALS}::test_trouble_with_what_the_broker_says_of_itself")
        for what, old, new in (
            ("its own name", "if metadata.issuer != entry.issuer:", "if False:"),
            ("PKCE at the broker", 'if "S256" not in metadata.code', 'if "plain" not in metadata.code'),
            ("the code flow", 'if "code" not in metadata', 'if "id_token" not in metadata'),
        )
    ),
    oidc(
        "no simulated broker",
        "discovery.py",
        "if broker.needs_tls and metadata.portaal_simulator:",
        "if False:",
        BROKERS,
    ),
    oidc(
        "the time for an answer", "discovery.py", ", timeout=SECONDS", "", f"{REFUSALS}::test_trouble_with_the_exchange"
    ),
    oidc("looking again once a minute", "discovery.py", "> AT_MOST_EVERY", "> -AT_MOST_EVERY", LOGIN),
    oidc(
        "levels that are not there",
        "client.py",
        "if level is None:",
        "if False:",
        f"{REFUSALS}::test_a_missing_level_is_refused_by_the_provider_itself",
    ),
    oidc("a level is a text", "client.py", " if isinstance(word, str) else None", "", "level_in_a_list"),
    *(
        oidc(what, "brokers.py", old, new, BROKERS)
        for what, old, new in (
            ("TLS outside development", 'if address.scheme != "https":', "if False:"),
            ("no broker on this machine", "        if here:", "        if False:"),
            ("a long secret", "if len(secret) < 16:", "if False:"),
            ("large keys of ours", " and key.key_size >= MINIMUM_BITS", ""),
            (
                "a secret does not show",
                "secret: str | None = field(default=None, repr=False)",
                "secret: str | None = None",
            ),
        )
    ),
)


if __name__ == "__main__":
    sys.exit(run(REMOVALS))
