"""From the first login to access: Persoonlijke Instellingen, Verificatie, waiting for roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    from portaal.onboarding.limiter import cleaning_job

    config.add_job(cleaning_job())
    config.include("portaal.onboarding.views")
