"""Take out each rule about sessions, organisations, mandates and relinking, and see that a test turns red.

``python -m tests.access.removals`` works as :mod:`tests.eherkenning.removals` does.
"""

from __future__ import annotations

import sys

from tests.eherkenning.removals import Removal, run

SESSIONS = ("tests/access/test_sessions.py",)
OWN = ("tests/access/test_own_sessions.py",)
BRANCHES = ("tests/access/test_branches.py",)
ORGANISATIONS = ("tests/access/test_organisations.py",)
LOGIN = ("tests/eherkenning/test_logging_in.py",)
DESK = ("tests/servicedesk/test_relinking.py",)

# A rule, where it stands, the tests; then what it is, and what becomes what without it.
GROUPS: tuple[tuple[str, str, tuple[str, ...], tuple[tuple[str, str, str], ...]], ...] = (
    ("session", "access/cookies.py", LOGIN, (("128 bits at least", "TOKEN_BYTES = 32", "TOKEN_BYTES = 8"),)),
    (
        "session",
        "access/cookies.py",
        SESSIONS,
        (("only a hash in the database", "return hashlib.sha256(token.encode()).hexdigest()", "return token"),),
    ),
    (
        "session",
        "login/session.py",
        LOGIN,
        (("a new id at login", "token = issue_token(request)", "token = request.browser_binding"),),
    ),
    (
        "session",
        "login/ending.py",
        SESSIONS,
        (("dead at logout", "sessions.end(request.dbsession, request.identity.session_id)", "pass"),),
    ),
    (
        "session",
        "access/sessions.py",
        SESSIONS,
        (
            (
                "an ended session is none",
                "        LoginSession.ended_at.is_(None),\n        LoginSession.last",
                "LoginSession.last",
            ),
            ("no more than 20 minutes", "timedelta(minutes=20)", "timedelta(minutes=21)"),
            ("no less than 20 minutes", "timedelta(minutes=20)", "timedelta(minutes=19)"),
            ("8 hours in all", "LoginSession.ends_at > now", "sa.true()"),
        ),
    ),
    (
        "session",
        "access/policy.py",
        SESSIONS,
        (
            (
                "activity extends it",
                "sessions.touch(request.registry, identity.session_id, identity.last_active_at)",
                "pass",
            ),
            ("an ended account is out", "if identity.is_ended:", "if False:"),
        ),
    ),
    (
        "session",
        "access/policy.py",
        OWN,
        (("what a page asks by itself is no activity", "and sessions.BACKGROUND not in request.headers", ""),),
    ),
    (
        "session",
        "login/own_sessions.py",
        OWN,
        (
            (
                "one's own sessions only",
                "sessions.open_sessions(request.dbsession, identity.account_id)\n        if",
                "request.dbsession.query(sessions.LoginSession)\n        if",
            ),
            ("ending another is ending it", "sessions.end(request.dbsession, session_id)", "pass"),
        ),
    ),
    (
        "session",
        "gebruikersbeheer/logging_out.py",
        OWN,
        (("a gebruikersbeheerder ends another's", "sessions.end_all(request.dbsession, account_id)", "pass"),),
    ),
    (
        "session",
        "access/identity.py",
        SESSIONS,
        (
            ("a revoked role is gone", "RoleGrant.revoked_at.is_(None)", "sa.true()"),
            ("a role ends", "RoleGrant.ends_at > now", "sa.true()"),
            ("a product that is off", "Activation.deactivated_at.is_(None)", "sa.true()"),
        ),
    ),
    (
        "organisation",
        "organisations/models.py",
        ORGANISATIONS,
        (
            ("the first day", "OrganisationGemeente.valid_from <= day", "sa.true()"),
            ("the last day", "OrganisationGemeente.valid_until >= day", "sa.true()"),
            ("including the last day", "valid_until >= day", "valid_until > day"),
        ),
    ),
    (
        "organisation",
        "login/session.py",
        ORGANISATIONS,
        (
            ("the RSIN", "(Organisation.rsin, record.rsin)", "(Organisation.rsin, None)"),
            ("the KvK number", "(Organisation.kvk_nummer, record.kvk_nummer)", "(Organisation.kvk_nummer, None)"),
            ("another organisation is another person", "Account.organisation_id == organisation.id", "sa.true()"),
            ("another pseudonym is another person", "Account.pseudonym == record.pseudonym", "sa.true()"),
        ),
    ),
    (
        "organisation",
        "login/session.py",
        LOGIN,
        (("another makelaar is another person", "Account.issuer == record.issuer", "sa.true()"),),
    ),
    (
        "mandate",
        "login/session.py",
        BRANCHES,
        (
            ("a branch", 'organisation.id, record.branch or "")', "organisation.id)"),
            ("a branch of the operator", "if record.branch and not gemeenten:", "if False:"),
        ),
    ),
    (
        "mandate",
        "access/identity.py",
        BRANCHES,
        (("a branch at every request", "row.organisation_id, row.branch)", "row.organisation_id)"),),
    ),
    (
        "relinking",
        "relinking/rules.py",
        DESK,
        (
            ("not oneself", "if by in (account.id, newcomer.id):", "if False:"),
            ("not the same account", "if account.id == newcomer.id:", "if False:"),
            ("of one organisation", "if account.organisation_id != newcomer.organisation_id:", "if False:"),
            ("no ended account", "if account.ended_at is not None:", "if False:"),
            ("no ended newcomer", "if newcomer.ended_at is not None:", "if False:"),
            ("a verified account", "if account.verified_at is None:", "if False:"),
            ("no newcomer with roles", "if any(grant.account_id == newcomer.id for grant in grants):", "if False:"),
            ("no verified newcomer", "if newcomer.verified_at is not None:", "if False:"),
        ),
    ),
    (
        "relinking",
        "relinking/steps.py",
        DESK,
        (
            ("a second colleague", "if by == relinking.proposed_by:", "if False:"),
            (
                "by somebody who still works there",
                "if not has_role(dbsession, relinking.proposed_by",
                "if False and (0",
            ),
            ("no stale page", "if fingerprint(account, newcomer, grants) != seen:", "if False:"),
            ("no stale proposal", "if hindrance is None and fingerprint(", "if False and fingerprint("),
            ("open codes are withdrawn", "withdraw_codes(dbsession, newcomer.id)", "pass"),
            ("both are logged out", "sessions.end_all(dbsession, each.id)", "pass"),
            ("they are told", "_tell(dbsession, account, grants)\n    _record", "_record"),
            ("there is a line about each", "(pair, pair[::-1])", "(pair,)"),
        ),
    ),
    (
        "relinking",
        "audit/listing.py",
        DESK,
        (
            (
                "the person sees it",
                "AuditEvent.actor.in_([account_id, *merged]), relinked)",
                "AuditEvent.actor.in_([account_id, *merged]))",
            ),
            ("and what they did as a newcomer", "[account_id, *merged]", "[account_id]"),
        ),
    ),
    ("relinking", "audit/own.py", DESK, (("not from where a colleague did it", ", origin_of=me", ""),)),
    (
        "relinking",
        "servicedesk/relinking_views.py",
        DESK,
        (
            ("no BSN in the reason", "if contains_bsn(value):", "if False:"),
            ("no search by BSN", "if contains_bsn(text):", "if False:"),
        ),
    ),
)
REMOVALS = [
    Removal(rule, what, f"../{file}", old, new, tests)
    for rule, file, tests, removals in GROUPS
    for what, old, new in removals
]

if __name__ == "__main__":
    sys.exit(run(REMOVALS))
