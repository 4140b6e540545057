"""Contract cases drawn, sent and judged in a second: `python benchmarks/contract_throughput.py [EXAMPLES]`.

The engine is a stand-in in this very process that refuses everything at once, so what is measured is the
toolkit: generation, checks, the record. Run it alone: it measures what is left of the machine.
"""

from __future__ import annotations

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness.fuzzing import Options, run_fuzzing
from harness.worlds import World
from reports.record import Event, Persona

BODY = b'{"error": {}}'


class Refusing(BaseHTTPRequestHandler):
    """Answers 422, whatever it is asked."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        """Refuse."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(422)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - names that http.server looks up

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def mint(people: tuple[Persona, ...]) -> dict[str, Persona]:
    """Return tokens that nobody checks."""
    return {f"token-{person.name}": person for person in people}


def main(examples: int) -> None:
    """Run once and print cases, seconds and cases a second."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    world = World(
        engine_urls=(url,), base_path="/v1/mmm", ready_path="/", work_dir="", run_dir="", profile="", seed=1
    )
    started, events = time.perf_counter(), list[Event]()
    summary = run_fuzzing(world, Options(max_examples=examples, mint=mint), events.append)
    seconds = time.perf_counter() - started
    sys.stdout.write(f"{summary.cases} cases in {seconds:.1f} s: {summary.cases / seconds:.0f} a second\n")
    server.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
