"""Take out each rule of the login seam and of OpenID Connect, one at a time, and see that a test turns red.

``python -m tests.login.removals`` works as :mod:`tests.eherkenning.removals` does.
"""

from __future__ import annotations

import sys

from tests.eherkenning.removals import Removal, run

SEAM, OIDC = "../login/", "../../../plugins/oidc/portaal_oidc/"
PROVIDER = ("tests/plugins/test_login_provider.py",)
REFUSALS = ("plugins/oidc/tests/test_refusals.py",)
LOGIN = ("plugins/oidc/tests/test_logging_in.py",)
BROKERS = ("plugins/oidc/tests/test_brokers.py",)


def seam(what: str, file: str, old: str, new: str = "") -> Removal:
    return Removal("seam", what, SEAM + file, old, new, PROVIDER)


def oidc(what: str, file: str, old: str, new: str = "", tests: tuple[str, ...] = REFUSALS) -> Removal:
    return Removal("oidc", what, OIDC + file, old, new, tests)


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
    oidc("the broker in the answer", "client.py", " or (issuer is not None and issuer != self._entry.issuer)"),
    oidc("a broker that always names itself", "client.py", "if missing or", "if"),
    oidc("an error is no login", "client.py", 'if "error" in back.parameters:', "if False:"),
    oidc("a code", "client.py", "if not 0 < len(code) <= LONGEST_CODE:", "if False:"),
    oidc("PKCE", "client.py", "create_s256_code_challenge(verifier)", '"x" * 43'),
    oidc("algorithms", "id_token.py", "algorithms=list(entry.algorithms)", 'algorithms=["RS256", "PS256", "ES256"]'),
    oidc("the issuer", "id_token.py", '"iss": {"essential": True, "value": entry.issuer},'),
    oidc("the audience", "id_token.py", '"aud": {"essential": True, "value": entry.client_id},'),
    oidc("whom it was made for", "id_token.py", '"client_id": entry.client_id, '),
    oidc("the nonce", "id_token.py", '"nonce": expected.nonce, '),
    oidc("the access token", "id_token.py", ', "access_token": expected.access_token'),
    oidc("made just now", "id_token.py", 'if moment(claims["iat"]) <', "if expected.now <"),
    oidc("logged in just now", "id_token.py", "    _check_fresh(claims, expected)\n"),
    oidc("when somebody logged in", "id_token.py", "and not expected.entry.auth_time", ""),
    oidc("a time that is a moment", "id_token.py", "(OverflowError, OSError, ValueError)", "(LookupError,)"),
    oidc("large keys", "discovery.py", ">= CHARACTERS_OF_2048_BITS", ">= 0"),
    oidc("keys that sign", "discovery.py", ' or key.get("use", "sig") != "sig"'),
    oidc("its own name", "discovery.py", "if metadata.issuer != entry.issuer:", "if False:"),
    oidc("where people log in", "discovery.py", "if origin not in broker.origins:", "if False:"),
    oidc("PKCE at the broker", "discovery.py", 'if "S256" not in', 'if "" in'),
    oidc("the code flow", "discovery.py", 'if "code" not in', 'if "" in'),
    oidc(
        "no simulated broker",
        "discovery.py",
        "if broker.needs_tls and metadata.portaal_simulator:",
        "if False:",
        BROKERS,
    ),
    oidc("the time for an answer", "discovery.py", ", timeout=SECONDS"),
    oidc("looking again at most once a minute", "discovery.py", "> AT_MOST_EVERY", "> -AT_MOST_EVERY", LOGIN),
    oidc("levels are words of the operator", "client.py", "if level is None:", "if False:"),
    oidc("a level is a text", "client.py", " if isinstance(word, str) else None", ""),
    oidc(
        "identities are texts", "client.py", "if value is not None and not isinstance(value, str):", "if False:", LOGIN
    ),
    oidc("TLS outside development", "brokers.py", 'if address.scheme != "https":', "if False:", BROKERS),
    oidc("no broker on this machine", "brokers.py", "        if here:", "        if False:", BROKERS),
    oidc("a long secret", "brokers.py", "if len(secret) < 16:", "if False:", BROKERS),
    oidc("large keys of ours", "brokers.py", " and key.key_size >= MINIMUM_BITS", "", BROKERS),
    oidc(
        "a secret does not show",
        "brokers.py",
        "secret: str | None = field(default=None, repr=False)",
        "secret: str | None = None",
        BROKERS,
    ),
)


if __name__ == "__main__":
    sys.exit(run(REMOVALS))
