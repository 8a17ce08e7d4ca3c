"""Delivering files: the form, taking it in as a stream, and the page with what became of each file."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound, HTTPSeeOther
from pyramid.response import Response
from translationstring import TranslationString

from portaal.berichtenverkeer.pages.common import page_variables, product_path, traffic_of
from portaal.berichtenverkeer.settings import message_settings
from portaal.berichtenverkeer.submission.intake import IncomingFile
from portaal.berichtenverkeer.submission.submit import Submitter, submit
from portaal.berichtenverkeer.tracking import findings
from portaal.berichtenverkeer.tracking.models import Outcome, Submission
from portaal.bsn import contains_bsn
from portaal.web.addresses import read_id
from portaal.web.i18n import _
from portaal.web.uploads import UploadError, UploadFault, read_files

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.access.resources import ProductContext

MAX_FILES = 20
MAX_TOGETHER = 39_000_000  # bytes
MAX_BODY = MAX_TOGETHER + 100_000  # with the form around the files: the server holds it in memory
FILES = "bestanden"
OWN_REFERENCE = "eigen_kenmerk"
LONGEST_REFERENCE = 100

_FAULTS: dict[UploadFault, tuple[int, TranslationString]] = {
    UploadFault.NOT_A_FORM: (400, _("The portal could not read what was sent. Choose the files again.")),
    UploadFault.BROKEN: (400, _("The upload was broken off. Nothing was delivered: choose the files again.")),
    UploadFault.TOO_MANY_FILES: (
        422,
        _("These are too many files. Deliver at most ${most} at a time.", mapping={"most": MAX_FILES}),
    ),
    UploadFault.TOO_LARGE: (
        413,
        _(
            "Together the files are too large. Deliver at most ${most} MB at a time.",
            mapping={"most": MAX_TOGETHER // 1_000_000},
        ),
    ),
}


def show_form(context: ProductContext, request: Request) -> dict[str, Any]:
    """The empty form."""
    return _form(context, request)


def receive_form(context: ProductContext, request: Request) -> Any:
    """Take the files in, each checked and encrypted as it comes, and put the good ones in the outbox together."""
    traffic = traffic_of(context, request)
    settings = message_settings(request, context.product, context.code)
    official = request.registry["portaal.official_schemas"]
    expectation = settings.expectation(traffic.sends, context.code, official)
    store = request.registry["portaal.payloads"]
    with ExitStack() as stack:
        files: list[IncomingFile] = []

        def open_file(name: str, _fields: Mapping[str, str]) -> IncomingFile:
            files.append(stack.enter_context(IncomingFile(name, store, expectation)))
            return files[-1]

        try:
            fields = read_files(request, open_file, FILES, max_files=MAX_FILES, max_size=MAX_BODY)
        except UploadError as error:
            status, message = _FAULTS[error.fault]
            typed = error.fields.get(OWN_REFERENCE, "")
            return _form(context, request, status=status, errors={FILES: message}, own_reference=typed)
        if set(fields) - {OWN_REFERENCE}:
            raise HTTPBadRequest("unexpected fields")
        own_reference = fields.get(OWN_REFERENCE, "").strip()
        errors = _errors(own_reference, files, required=settings.eigen_kenmerk_verplicht)
        if errors:
            return _form(context, request, status=422, errors=errors, own_reference=own_reference)
        submitter = Submitter(
            context.code,
            context.product,
            traffic.partner,
            request.identity.account_id,
            own_reference,
            settings.samenwerkingsverband,
        )
        # From here on the transaction: however slow the upload was, the database was left alone.
        submission = submit(request.dbsession, submitter, files)
    return _go_to(request, product_path(context, request, "aanlevering", submission_id=submission.id))


def show_result(context: ProductContext, request: Request) -> dict[str, Any]:
    """What became of each file; the page can be looked at again."""
    submission = request.dbsession.get(Submission, read_id(request, "submission_id"))
    if submission is None or (submission.gemeentecode, submission.product) != (context.code, context.product):
        raise HTTPNotFound
    results = [(file, findings.load(file.findings)) for file in submission.files]
    outcomes = [file.outcome for file in submission.files]
    return page_variables(context, request) | {
        "submission": submission,
        "results": results,
        "outcomes": Outcome,
        "sent": outcomes.count(Outcome.INGEDIEND),
        "known": outcomes.count(Outcome.AL_INGEDIEND),
        "refused": outcomes.count(Outcome.GEWEIGERD),
    }


def _form(
    context: ProductContext,
    request: Request,
    *,
    status: int = 200,
    errors: Mapping[str, TranslationString] | None = None,
    own_reference: str = "",
) -> dict[str, Any]:
    request.response.status_int = status
    settings = message_settings(request, context.product, context.code)
    return page_variables(context, request) | {
        "errors": errors or {},
        "own_reference": own_reference,
        "own_reference_required": settings.eigen_kenmerk_verplicht,
        "product_codes": bool(settings.productcodes),
        "types": sorted(traffic_of(context, request).sends),
        "max_files": MAX_FILES,
        "max_together": MAX_TOGETHER,
    }


def _errors(own_reference: str, files: list[IncomingFile], *, required: bool) -> dict[str, TranslationString]:
    errors: dict[str, TranslationString] = {}
    if not files:
        errors[FILES] = _("Choose at least one file.")
    if required and not own_reference:
        errors[OWN_REFERENCE] = _("Fill in your own reference. Your gemeente asks for one with every delivery.")
    if len(own_reference) > LONGEST_REFERENCE:
        errors[OWN_REFERENCE] = _("Use at most ${most} characters.", mapping={"most": LONGEST_REFERENCE})
    elif contains_bsn(own_reference):
        errors[OWN_REFERENCE] = _("This looks like a BSN. Use a reference without personal data.")
    if errors and files:
        errors.setdefault(FILES, _("Choose the files again: a browser does not keep them."))
    return errors


def _go_to(request: Request, address: str) -> Response:
    """To the next page; a script cannot see where a redirect leads, so it is told."""
    if request.headers.get("X-Requested-With") == "portaal":
        return Response(status=204, headerlist=[("X-Portaal-Location", address)])
    return HTTPSeeOther(address)
