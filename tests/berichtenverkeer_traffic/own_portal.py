"""A portal in a process of its own, with somebody of Diemen logged in; it ends when its input does.

Run with a folder. Prints its port and the session's token as JSON.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.berichtenverkeer_traffic.uploading import Jar

from portaal.testing.live import running

logging.disable()
with running(Path(sys.argv[1])) as portal:
    jar = Jar()
    portal.log_in(jar, ("gebruiker", "iwmo"), gemeente="0384")
    sys.stdout.write(json.dumps({"port": urlsplit(portal.url).port, "token": jar.token}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
