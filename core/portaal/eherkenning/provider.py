"""eHerkenning as a login provider: the makelaars as choices, SAML as the way to ask and to verify."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from portaal import clock
from portaal.eherkenning.artifact import ArtifactResolver
from portaal.eherkenning.authn_request import new_request
from portaal.eherkenning.parties import Makelaar, ServiceProvider
from portaal.eherkenning.response import Expected, verify_artifact_response, verify_response
from portaal.eherkenning.xml import parse_base64
from portaal.login.provider import LoginChoice, LoginProvider, LoginRequest, LoginReturn, LoginStart
from portaal.login.record import LoginRecord

REQUEST_ID = "request_id"


@dataclass(frozen=True)
class Eherkenning:
    """Asks makelaars, and verifies their answers."""

    ourselves: ServiceProvider
    makelaars: Mapping[str, Makelaar]
    resolver: ArtifactResolver

    def login_provider(self) -> LoginProvider:
        urls = [url for makelaar in self.makelaars.values() for url in makelaar.sso_urls.values()]
        return LoginProvider(
            choices=tuple(
                LoginChoice(makelaar.entity_id, makelaar.display_name) for makelaar in self.makelaars.values()
            ),
            origins=tuple(sorted({"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in urls})),
            begin=self.begin,
            finish=self.finish,
        )

    def begin(self, start: LoginStart) -> LoginRequest:
        """A signed request to the chosen makelaar."""
        request = new_request(self.ourselves, self.makelaars[start.issuer], start.state, clock.now())
        return LoginRequest(request.url, request.fields, {REQUEST_ID: request.id})

    def finish(self, back: LoginReturn) -> LoginRecord:
        """The login in an answer that was posted, or that waits behind an artifact.

        :raises LoginRefusedError: with the first rule that is broken.
        """
        makelaar = self.makelaars[back.issuer]
        expected = Expected(self.ourselves, makelaar, back.remembered[REQUEST_ID], clock.now())
        if back.posted is not None:
            return verify_response(parse_base64(back.posted), expected)
        artifact = back.parameters.get("SAMLart", "")
        answer = self.resolver.resolve(self.ourselves, makelaar, artifact, clock.now())
        return verify_artifact_response(answer.element, answer.question_id, expected)
