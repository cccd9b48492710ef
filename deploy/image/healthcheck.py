"""Whether the service in this container can answer: `python -m healthcheck [PORT] [PATH]`.

Exits with 0 if it says so, else with 1 and a line on why. Nothing but the standard library is
imported, so that asking often costs little.
"""

import http.client
import sys
from http import HTTPStatus
from typing import Final

PORT: Final = "8000"
PATH: Final = "/health/ready"
PATIENCE_S: Final = 4.0


def main(port: str = PORT, path: str = PATH) -> int:
    """Ask the service that listens on *port* of this container; return the exit code."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = answer.read().decode("utf-8", "replace")
    except OSError as error:
        print(f"no answer on port {port}: {error}")
        return 1
    finally:
        connection.close()
    print(said)
    return 0 if answer.status == HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
