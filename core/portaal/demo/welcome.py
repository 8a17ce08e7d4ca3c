"""What somebody who starts the demonstration is told: where to go and who to be."""

from __future__ import annotations

import tomllib

from portaal.demo.services import ACCOUNTS


def welcome(settings: dict[str, str]) -> str:
    """The text that is printed once everything runs."""
    with ACCOUNTS.open("rb") as file:
        content = tomllib.load(file)
    people = content["account"]
    width = max(len(person["username"]) for person in people)
    lines = [
        "",
        f"Portaal Zorg          {settings['portaal.public_url']}/",
        f"Simulated makelaar    http://localhost:{settings['demo.makelaar_port']}/  (the text messages are here too)",
        f"Simulated partners    http://localhost:{settings['demo.ketenpartners_port']}/",
        f"Simulated CIZ         http://localhost:{settings['demo.ciz_port']}/",
        "",
        f"Everybody's password: {content['password']}",
        "",
    ]
    for state, title in (("in", "People who are in:"), ("new", "People who are new:")):
        lines.append(title)
        lines += [f"  {p['username']:{width}}  {p['role']}" for p in people if p["state"] == state]
        lines.append("")
    lines.append("Logs stand in var/log/. Ctrl-C ends everything.")
    return "\n".join(lines)
