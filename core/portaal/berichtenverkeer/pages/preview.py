"""Looking at a file of one's own: checked as a delivery and shown as people read it. Nothing of it is kept or sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPBadRequest
from translationstring import TranslationString

from portaal import audit
from portaal.berichtenverkeer.gate import Expectation, Gate, Verdict
from portaal.berichtenverkeer.pages.common import page_variables, traffic_of
from portaal.berichtenverkeer.pages.upload import MAX_BODY
from portaal.berichtenverkeer.readable import Page, Reader, page_view
from portaal.berichtenverkeer.settings import message_settings
from portaal.berichtenverkeer.tracking.names import clean
from portaal.web.addresses import read_number
from portaal.web.i18n import _
from portaal.web.uploads import UploadError, UploadFault, read_files

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.access.resources import ProductContext

FILE = "bestand"
PAGE = "pagina"
FAULTS = {
    UploadFault.NOT_A_FORM: (400, _("The portal could not read what was sent. Choose the file again.")),
    UploadFault.BROKEN: (400, _("The upload was broken off. Choose the file again.")),
    UploadFault.TOO_MANY_FILES: (422, _("Choose one file.")),
    UploadFault.TOO_LARGE: (413, _("The file is too large. A message may be 25 MB at most.")),
}


class SeenFile:
    """A file while it comes in: every piece goes to the gate and to the reader, and then it is gone."""

    def __init__(self, file_name: str, expectation: Expectation, page_number: int) -> None:
        self.file_name = clean(file_name)
        self.verdict: Verdict | None = None
        self.page: Page | None = None
        self._gate = Gate(expectation)
        self._reader = Reader(only=page_number)

    def write(self, piece: bytes) -> None:
        self._gate.feed(piece)
        self._keep(self._reader.feed(piece))

    def close(self) -> None:
        """All of it came in."""
        self._keep(self._reader.close())
        self.verdict = self._gate.close()

    def _keep(self, pages: list[Page]) -> None:
        for page in pages:
            self.page = page


def show_form(context: ProductContext, request: Request) -> dict[str, Any]:
    """The empty form."""
    return _variables(context, request)


def show_file(context: ProductContext, request: Request) -> dict[str, Any]:
    """What is in the file, and whether it could be delivered. Noted is that somebody looked, and at what kind."""
    settings = message_settings(request, context.product, context.code)
    official = request.registry["portaal.official_schemas"]
    expectation = settings.expectation(traffic_of(context, request).sends, context.code, official)
    seen: list[SeenFile] = []

    def open_file(name: str, fields: Mapping[str, str]) -> SeenFile:
        seen.append(SeenFile(name, expectation, _page_number(fields) or 1))
        return seen[-1]

    try:
        fields = read_files(request, open_file, FILE, max_files=1, max_size=MAX_BODY)
    except UploadError as error:
        status, message = FAULTS[error.fault]
        typed = error.fields.get(PAGE, "")
        return _variables(context, request, status=status, errors={FILE: message}, page_typed=typed)
    if set(fields) - {PAGE}:
        raise HTTPBadRequest("unexpected fields")
    errors = _errors(fields, seen)
    if errors:
        return _variables(context, request, status=422, errors=errors, page_typed=fields.get(PAGE, ""))
    [file] = seen
    return _variables(context, request, page_typed=fields.get(PAGE, "")) | _seen(context, request, file)


def _seen(context: ProductContext, request: Request, file: SeenFile) -> dict[str, Any]:
    verdict, page = file.verdict, file.page
    if verdict is None or page is None:
        raise ValueError("the file did not come in to its end")
    audit.record(
        request.dbsession,
        action="message.look",
        outcome=audit.Outcome.DONE,
        actor=request.identity.account_id,
        gemeentecode=context.code,
        product=context.product,
        details={"type": verdict.berichttype or "", "outcome": verdict.oordeel},
    )
    return {
        "file_name": file.file_name,
        "verdict": verdict,
        "view": page_view(page, verdict.findings, request.locale_name, request.localizer.translate),
    }


def _errors(fields: Mapping[str, str], seen: list[SeenFile]) -> dict[str, TranslationString]:
    errors: dict[str, TranslationString] = {}
    if not seen:
        errors[FILE] = _("Choose a file.")
    if fields.get(PAGE, "").strip() and _page_number(fields) is None:
        errors[PAGE] = _("Fill in a whole number from 1, or nothing.")
    elif seen and seen[0].page is None:
        errors[PAGE] = _("The message has fewer pages than this.")
    if errors and seen:
        errors.setdefault(FILE, _("Choose the file again: a browser does not keep it."))
    return errors


def _page_number(fields: Mapping[str, str]) -> int | None:
    return read_number(fields.get(PAGE, "").strip())


def _variables(
    context: ProductContext,
    request: Request,
    *,
    status: int = 200,
    errors: Mapping[str, TranslationString] | None = None,
    page_typed: str = "",
) -> dict[str, Any]:
    request.response.status_int = status
    return page_variables(context, request) | {"errors": errors or {}, "page_typed": page_typed, "view": None}
