"""Work that comes back: the core's and the products' jobs, each done by one worker at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portaal.plugins.contract import Job

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.registry import Registry

CORE = "portaal"


@dataclass(frozen=True)
class OwnedJob:
    """A job, and the product that it belongs to; ``portaal`` for the core."""

    owner: str
    job: Job

    @property
    def key(self) -> tuple[str, str]:
        return self.owner, self.job.name


def add_job(config: Configurator, job: Job) -> None:
    """Directive: a job of the core."""
    config.registry["portaal.core_jobs"].append(job)


def all_jobs(registry: Registry) -> list[OwnedJob]:
    """The jobs of the core and of every product that is ready."""
    return [
        *(OwnedJob(CORE, job) for job in registry["portaal.core_jobs"]),
        *(
            OwnedJob(plugin.name, job)
            for plugin, jobs in registry["portaal.plugins"].answers("portaal_jobs")
            for job in jobs
        ),
    ]


def includeme(config: Configurator) -> None:
    config.registry["portaal.core_jobs"] = []
    config.add_directive("add_job", add_job)
