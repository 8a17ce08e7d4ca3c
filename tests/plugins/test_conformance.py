"""Every check of the conformance suite fails on a product that breaks just what it checks, and says so."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.db.session import make_engine
from portaal.testing.application import Portals, bound
from portaal.testing.conformance.check import CHECKS, Check, Needs
from portaal.testing.conformance.rehearsal import Rehearsal
from portaal.testing.conformance.subject import DoesNotLoadError, Subject
from portaal.testing.conformance.suite import LOADING
from portaal.testing.people import People
from portaal.testing.products import settings_saver
from tests.plugins.kit import written

pytestmark = pytest.mark.portaal_database("sqlite")

Edit = tuple[str, str, str]
PLUGIN, VIEWS, NOTES, MODELS, SETTINGS = (f"*/{part}.py" for part in ("plugin", "views", "notes", "models", "settings"))
PAGE, DUTCH, REVISION = "*/templates/notes.jinja2", "*/locale/nl/proef.po", "*/migrations/proef_0001_notes.py"
MAIN = "{% block main %}\n"


def afterwards(code: str) -> Edit:
    """Code that a product runs when the portal has looked at it and taken it in; ``app`` is the whole application."""
    function = f"\n\ndef spoil(app):\n{textwrap.indent(textwrap.dedent(code), '    ')}\n\n@hookimpl\ndef portaal_menu()"
    return PLUGIN, "\n\n@hookimpl\ndef portaal_menu()", function


def policy(answer: str) -> Edit:
    """The security policy replaced where nobody looks: in the object itself."""
    return afterwards(f"""
        from pyramid.interfaces import ISecurityPolicy
        from pyramid.security import Allowed
        policy = app.registry.getUtility(ISecurityPolicy)
        permits = policy.permits
        policy.permits = lambda request, context, permission: {answer}
    """)


def factory(body: str) -> Edit:
    """The root factory of the product's route, changed where nobody looks: in the class itself."""
    code = """
        from pyramid.httpexceptions import HTTPNotFound
        from pyramid.interfaces import IRoutesMapper
        made = app.registry.getUtility(IRoutesMapper).get_route("proef.notities").factory
        first = made.__init__
        def changed(self, request):
            BODY
        made.__init__ = changed
    """
    return afterwards(code.replace("BODY", textwrap.indent(textwrap.dedent(body), " " * 12).strip()))


def hook(name: str, answer: str, *imports: str, parameters: str = "") -> list[Edit]:
    """One more hook."""
    edits = [(PLUGIN, "    hookimpl,\n", "".join(f"    {word},\n" for word in ("hookimpl", *imports)))]
    code = f"\n\n@hookimpl\ndef portaal_{name}({parameters}):\n    return {answer}\n"
    return [*edits, (PLUGIN, "\n\n@hookimpl\ndef portaal_menu()", f"{code}\n\n@hookimpl\ndef portaal_menu()")]


SECRET = '    password: SecretStr | None = setting(None, label=_("Read notes"))\n'
A_SECRET = [
    (SETTINGS, "import BaseModel, ConfigDict", "import BaseModel, ConfigDict, SecretStr"),
    (SETTINGS, "    shown: int", f"{SECRET}    shown: int"),
]

BREAKS: dict[str, Sequence[Sequence[Edit]]] = {
    "it_loads_beside_the_core": [[(PLUGIN, 'add_route("notities", "")', 'add_route("notities", "/servicedesk")')]],
    "it_says_what_it_is": [[(PLUGIN, 'title="Proef"', 'title="Proef "')]],
    "it_names_the_portals_it_works_with": [
        [("pyproject.toml", ",<1", "")],
        [("pyproject.toml", '"portaal>=0.1,<1"', '"pyramid"')],
    ],
    "permissions_are_explained_and_held": [
        [(PLUGIN, '_("Write notes"), (Role.GEBRUIKER,)', '_("Write notes"), ()')],
        [
            (PLUGIN, '_("Write notes"), (Role', '_("Read notes"), (Role'),
            (PAGE, MAIN, MAIN + "<p>{{ _('Write notes') }}</p>"),
        ],
    ],
    "the_productbeheerder_sees_no_messages": [
        [
            (PLUGIN, "proef:notitie:lezen", "proef:bericht:lezen"),
            (PLUGIN, '_("Read notes"), (Role.GEBRUIKER,)', '_("Read notes"), (Role.GEBRUIKER, Role.PRODUCTBEHEERDER)'),
        ]
    ],
    "who_is_not_logged_in_is_sent_away": [
        [
            policy("Allowed('come in') if request.identity is None else permits(request, context, permission)"),
        ]
    ],
    "who_has_another_role_is_refused": [
        [
            policy("Allowed('come in') if request.identity else permits(request, context, permission)"),
        ]
    ],
    "another_gemeente_is_not_there": [
        [
            factory("""
        request.matchdict["gemeentecode"] = "0363"
        first(self, request)
    """)
        ]
    ],
    "switched_off_nothing_is_left": [
        [
            factory("""
        try:
            first(self, request)
        except HTTPNotFound:
            if not hasattr(self, "gemeente"):
                raise
    """)
        ]
    ],
    "what_changes_something_wants_a_token": [
        [
            (PLUGIN, "renderer=views.PAGE)", 'renderer=views.PAGE, checks_csrf_itself=method == "POST")'),
        ]
    ],
    "other_methods_are_refused": [
        [
            afterwards("""
        from pyramid.config import Configurator
        from pyramid.interfaces import ITweens
        from pyramid.response import Response
        tweens = app.registry.getUtility(ITweens)
        tweens.sorter.remove(next(name for name in tweens.sorter.names if name.endswith("limits_tween")))
        app.handle_request = tweens(type(app).handle_request.__get__(app), app.registry)
        raw = Configurator(registry=app.registry)
        raw.add_view(lambda request: Response(str(request.headers)), route_name="proef.notities", permission=READ,
                     request_method="TRACE")
        raw.commit()
    """)
        ]
    ],
    "the_menu_leads_to_pages": [
        [
            (VIEWS, '    """The newest notes."""\n', '    raise LookupError("no notes")\n'),
        ]
    ],
    "pages_stand_in_the_frame": [
        [(PAGE, MAIN, MAIN + "<h1>{{ _('Notes') }}</h1>")],
        [(PAGE, "{% block title %}{{ _('Notes') }} - Proef{% endblock %}", "{% block title %}{% endblock %}")],
    ],
    "pages_are_well_formed": [[(PAGE, MAIN, MAIN + "<p><ul></ul></p>")]],
    "pages_keep_the_security_headers": [
        [
            (
                VIEWS,
                '    """The newest notes."""\n',
                '    request.response.headers["Referrer-Policy"] = "unsafe-url"\n',
            ),
        ]
    ],
    "pages_have_nothing_inline": [
        [
            (PAGE, MAIN, MAIN + "<p{{ {'style': 'color: red'}|xmlattr }}>{{ _('Notes') }}</p>"),
        ]
    ],
    "looking_changes_nothing": [
        [
            (
                NOTES,
                '    """The newest notes, at most so many."""\n',
                "    dbsession.connection().execute(sa.update(Note).values(text=Note.text))\n",
            ),
        ]
    ],
    "the_web_service_answers_as_described": [
        [
            *hook("openapi", '[ApiOperation("lijst", "GET", _("Notes"), answer=Settings)]', "ApiOperation"),
            (
                PLUGIN,
                '    config.add_static(HERE / "static")\n',
                '    config.add_static(HERE / "static")\n    config.add_route("lijst", "notities.json")\n'
                '    config.add_view(lambda context, request: {"shown": "many"}, route="lijst", permission=READ,'
                ' request_method="GET", renderer="json")\n',
            ),
        ]
    ],
    "tiles_are_shown": [[(PLUGIN, '    """What the tile shows."""\n', '    raise LookupError("no notes")\n')]],
    "tiles_ask_little_of_the_database": [
        [
            (
                PLUGIN,
                '    """What the tile shows."""\n',
                "    for _again in range(9):\n        notes.count(request.dbsession, gemeentecode)\n",
            ),
        ]
    ],
    "settings_survive_being_stored": [
        [
            (SETTINGS, "import BaseModel, ConfigDict", "import BaseModel, ConfigDict, field_validator"),
            (
                SETTINGS,
                "    shown: int",
                '    @field_validator("shown")\n    @classmethod\n'
                "    def one_more(cls, value: int) -> int:\n        return min(value + 1, 99)\n\n    shown: int",
            ),
        ]
    ],
    "settings_are_explained": [
        [
            (
                SETTINGS,
                "    shown: int",
                '    kept: int = setting(9, label=_("Number of notes on the page"))\n    shown: int',
            )
        ],
        [
            (SETTINGS, 'label=_("Number of notes on the page")', "label=_(LABEL)"),
            (SETTINGS, "class Settings", 'LABEL = "Notes on a page"\n\n\nclass Settings'),
            (DUTCH, 'msgid "Number of notes on the page"\nmsgstr "Aantal notities op de pagina"\n', ""),
        ],
    ],
    "the_settings_tab_can_be_saved": [
        [
            (
                SETTINGS,
                "    shown: int",
                '    sign: str = setting("- ", label=_("Read notes"), pattern=" $")\n    shown: int',
            ),
        ]
    ],
    "secrets_stay_secret": [
        [(SETTINGS, "    shown: int", '    password: str = setting("", label=_("Read notes"))\n    shown: int')],
        [
            *A_SECRET,
            (
                VIEWS,
                '        "form": form,\n',
                '        "form": form,\n'
                '        "password": settings.password and settings.password.get_secret_value(),\n',
            ),
            (PAGE, MAIN, MAIN + "<p>{{ password }}</p>"),
        ],
    ],
    "every_text_has_dutch": [
        [(DUTCH, 'msgid "New note"\nmsgstr "Nieuwe notitie"\n', "")],
        [(DUTCH, 'msgid "New note"', 'msgid "Newest note"')],
    ],
    "translations_have_the_same_placeholders": [[(DUTCH, "Notities van ${gemeente}", "Notities van ${gemeent}")]],
    "the_portals_own_texts_stay": [
        [
            (DUTCH, 'msgid "New note"', 'msgid "Overview"\nmsgstr "Dashboard"\n\nmsgid "New note"'),
            (PAGE, MAIN, MAIN + "<p>{{ _('Overview') }}</p>"),
        ]
    ],
    "templates_are_safe": [
        [(PAGE, "{{ note.text }}", "{{ note.text|safe }}")],
        [(PAGE, "<li>", '<li onclick="alert(1)">')],
        [(PAGE, "<li>", '<li style="color: red">')],
        [(PAGE, "<li>", "<li><script>alert(1)</script>")],
        [(PAGE, "<li>", "{% include 'notes.jinja2' %}<li>")],
        [(PAGE, "<li>", '<li><img src="https://example.org/pen.png" alt="">')],
    ],
    "tables_go_up_and_down": [
        [(REVISION, '    op.drop_table("proef_note")', "    pass")],
        [
            (MODELS, "    written_by:", "    pinned: Mapped[bool]\n    written_by:"),
            (NOTES, "written_by=by)", "written_by=by, pinned=False)"),
        ],
    ],
    "revisions_are_numbered": [[(REVISION, 'revision = "proef_0001"', 'revision = "eerste"')]],
    "names_in_the_database_are_its_own": [
        [
            (MODELS, "sa.String(4), index=True)", "sa.String(4))"),
            (
                MODELS,
                '"proef_note"\n',
                '"proef_note"\n    __table_args__ = (sa.Index("note_of_gemeente", "gemeentecode"),)\n',
            ),
            (REVISION, "ix_proef_note_gemeentecode", "note_of_gemeente"),
        ]
    ],
    "people_in_tables_can_be_asked_and_erased": [
        [
            (PLUGIN, "@hookimpl\ndef portaal_personal_data_erase", "def forget"),
        ]
    ],
    "hooks_answer_the_same_twice": [
        [
            (PLUGIN, "HERE = Path", "from itertools import count\n\nCOUNT = count()\nHERE = Path"),
            (PLUGIN, 'MenuEntry("notities", _("Notes"))', 'MenuEntry("notities", _("Notes"), order=next(COUNT))'),
        ]
    ],
    "health_and_numbers_can_be_read": [
        hook("health_checks", '[HealthCheck("tafel", lambda context: None)]', "HealthCheck"),
        hook("metrics", '[Metric("notes", "Notes", lambda context: [Sample(1, ("0363",))])]', "Metric", "Sample"),
    ],
    "nobody_logs_in_unless_it_was_set_up": [
        hook(
            "login_provider",
            'LoginProvider((LoginChoice("https://x.example", "X"),), ("https://x.example",), len, len)',
            "LoginChoice",
            "LoginProvider",
            parameters="setup",
        )
    ],
    "jobs_can_be_done_twice": [
        [
            *hook("jobs", '[Job("opruimen", lambda context: next(ONCE), every=timedelta(hours=1))]', "Job"),
            (PLUGIN, "HERE = Path", "from datetime import timedelta\n\nONCE = iter([None])\nHERE = Path"),
        ]
    ],
    "personal_data_is_given_and_erased": [
        [(PLUGIN, "Erasure(notes.forget_writer(context.dbsession, context.account_id))", "Erasure(1)")],
        [(PLUGIN, '{"notes": [{', '{"mapper": Base, "notes": [{')],
    ],
    "it_uses_the_api_alone": [
        [(NOTES, "from portaal.api import now", "from portaal.clock import now")],
        [
            (NOTES, "from portaal.api import now", "from portaal.api import now, audit, inner_secret"),
            (NOTES, "import uuid\n", "import uuid\nimport portaal.api\n\nportaal.api.inner_secret = 1\n"),
        ],
        [
            (
                VIEWS,
                "    settings = product_settings(request, Settings)\n",
                '    settings = request.registry["portaal.settings"].read(request.dbsession, context.code, Settings)\n',
            )
        ],
    ],
    "it_asks_the_portal_for_the_time": [
        [
            (NOTES, "import uuid\n", "import uuid\nfrom datetime import UTC, datetime\n"),
            (NOTES, "written_at=now()", "written_at=datetime.now(UTC)"),
        ]
    ],
    "static_files_are_served_and_closed": [
        [("*/static/notes.css", ".proef-notes {", '@import url("https://example.org/a.css");\n.proef-notes {')],
        [("*/static/notes.css", "gap: 1rem;", "background: url(https://example.org/a.png);")],
        [
            (PLUGIN, '    config.add_static(HERE / "static")\n', ""),
            (PAGE, "{{ request.product_static('proef', 'notes.css') }}", "/x.css"),
        ],
    ],
    "there_is_a_readme": [[("README.md", "", "# Proef")]],
}

FURTHER = [
    pytest.param(name, edits, id=f"{name}-{number}")
    for name, cases in BREAKS.items()
    for number, edits in enumerate(cases[1:], start=2)
]


class Trial:
    """Runs the whole suite on a product made for it."""

    def __init__(self, folder: Path, connection: Connection, dbsession: Session, people: People) -> None:
        self.folder = folder
        self.connection, self.dbsession, self.people = connection, dbsession, people

    def faults(self, entry_point: EntryPoint, checks: Iterable[Check] = CHECKS.values()) -> dict[str, list[str]]:
        """What each check finds; those that find nothing are left out."""
        portals = self.folder / "portals"
        portals.mkdir()
        subject = Subject(entry_point, Portals(portals))
        try:
            app = subject.app
        except DoesNotLoadError:
            return {LOADING: list(CHECKS[LOADING].find(subject))}
        if hasattr(subject.module, "spoil"):
            subject.module.spoil(app)
        with bound(app, self.connection, {subject.name: entry_point}):
            found = dict(self._run(checks, subject, settings_saver(app, self.dbsession)))
        return {name: faults for name, faults in found.items() if faults}

    def _run(self, checks: Iterable[Check], subject: Subject, save_settings: Any) -> Iterator[tuple[str, list[str]]]:
        for check in checks:
            if check.needs is Needs.SOURCE:
                yield check.name, list(check.find(subject))
            elif check.needs is Needs.DATABASE:
                database = make_engine(f"sqlite:///{self.folder}/empty.sqlite")
                yield check.name, list(check.find(subject, database))
                database.dispose()
            else:
                savepoint = self.connection.begin_nested()
                rehearsal = Rehearsal(subject, self.dbsession, self.connection, self.people, save_settings)
                yield check.name, list(check.find(rehearsal))
                self.dbsession.rollback()
                savepoint.rollback()


@pytest.fixture
def trial(
    tmp_path: Path, connection: Connection, dbsession: Session, people: People, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Trial]:
    """Each product is called ``proef``: the modules of the one before it are forgotten."""
    monkeypatch.syspath_prepend(tmp_path / "portaal-proef")
    yield Trial(tmp_path, connection, dbsession, people)
    for module in [name for name in sys.modules if name.partition(".")[0] == "portaal_proef"]:
        del sys.modules[module]


def test_every_check_is_proven() -> None:
    assert set(BREAKS) == set(CHECKS)
    assert len(CHECKS) >= 20


def test_nothing_is_found_in_what_the_scaffold_writes(trial: Trial) -> None:
    assert trial.faults(written("proef", trial.folder)) == {}


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_found_by_its_check_alone(trial: Trial, name: str) -> None:
    faults = trial.faults(written("proef", trial.folder, BREAKS[name][0]))
    assert set(faults) == {name}, faults
    assert all(len(fault) > 20 for fault in faults[name])


@pytest.mark.parametrize(("name", "edits"), FURTHER)
def test_other_ways_to_break_it_are_found_too(trial: Trial, name: str, edits: Sequence[Edit]) -> None:
    faults = trial.faults(written("proef", trial.folder, edits), [CHECKS[name]])
    assert set(faults) == {name}
