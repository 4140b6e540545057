"""How many requests a second the fakes answer: `python benchmarks/fakes_throughput.py [SECONDS]`.

One process of fakes, one of clients (16 connections, one request at a time each), both on this machine;
contract check, scripts and journal are on, as always. Run it alone: it measures what is left of the machine.
"""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import time
import urllib.request
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTIONS = 16
ROOT = Path(__file__).parents[1]
KID = "bench"


class Client(asyncio.Protocol):
    """Sends the next request when the answer to the last one is whole."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._buffer = b""
        self.answered = 0
        self.bad = 0
        self.gone = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """Count answers."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._buffer = b""
        self.answered += 1
        self.bad += not head.startswith(b"HTTP/1.1 200")
        self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        """Say that nothing more comes."""
        self.gone.set_result(None)

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
        else:
            self._transport.write(request)

    def stop(self) -> None:
        """End."""
        self._transport.abort()


async def measure(url: str, requests: Iterator[bytes], seconds: float) -> tuple[float, int]:
    """Return requests answered per second, and how many were not answered by 200."""
    loop = asyncio.get_running_loop()
    place = urlsplit(url)
    assert place.hostname is not None
    assert place.port is not None
    host, port = place.hostname, place.port
    began = time.perf_counter()
    clients = [
        (await loop.create_connection(lambda: Client(requests), host, port))[1] for _ in range(CONNECTIONS)
    ]
    await asyncio.wait([client.gone for client in clients], timeout=seconds)
    took = time.perf_counter() - began
    for client in clients:
        client.stop()
    return sum(client.answered for client in clients) / took, sum(client.bad for client in clients)


def post(path: str, body: Any) -> bytes:  # noqa: ANN401 -- any JSON value
    """Return a request's bytes."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        f"content-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def control(url: str, method: str, path: str, body: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """Ask the control API."""
    request = urllib.request.Request(f"{url}/__fake__{path}", json.dumps(body).encode(), method=method)  # noqa: S310 -- our own URL
    with urllib.request.urlopen(request) as reply:  # noqa: S310 -- our own URL
        return json.load(reply)


def receipts(count: int, key: Ed25519PrivateKey) -> Iterator[bytes]:
    """Return requests with signed receipts, made before the clock starts."""
    return iter([post("/v1/evidence/receipts", signed(key)) for _ in range(count)])


def signed(key: Ed25519PrivateKey) -> dict[str, Any]:
    """Return one signed receipt."""
    whole: dict[str, Any] = {
        "receipt_id": str(uuid4()),
        "gate_id": "mmm",
        "schema_version": "1.0.0",
        "tenant_id": "bench",
        "plane": "product_cloud",
        "environment": "dev",
        "module_id": "mmm-engine",
        "emitter_service": "mmm-engine",
        "policy_version_ids": ["policy-1"],
        "snapshot_hash": "sha256:" + "0" * 64,
        "timestamp_utc": "2026-01-02T03:04:05.000006Z",
        "timestamp_monotonic_ms": 12345,
        "evaluation_point": "pre-commit",
        "inputs": {"kind": "decision", "signal_ids": [], "playbooks": [], "policy_snapshot_id": "s"},
        "decision": {"status": "pass", "rationale": "One playbook fits.", "badges": []},
        "result": {"types": ["mirror"], "surfaces": ["ide"]},
        "actor": {"repo_id": "repo-1", "type": "human"},
        "evidence_handles": [],
        "degraded": False,
        "risk": {"score": 0.25, "flags": [], "safety_checks_passed": True},
        "kid": KID,
        "signature_algo": "ed25519",
    }
    signature = base64.b64encode(key.sign(rfc8785.dumps(whole))).decode()
    return {**whole, "signature": f"sig-ed25519:{KID}:{signature}"}


def tokens(url: str, count: int) -> list[str]:
    """Return new tokens."""
    return [
        control(url, "POST", "/tokens", {"sub": f"s{number}", "tenant_id": "bench"})["token"]
        for number in range(count)
    ]


def show(what: str, figure: tuple[float, int]) -> None:
    """Print one line."""
    rate, bad = figure
    sys.stdout.write(f"{what:<44}{rate:>9,.0f}/s{f'   {bad} not 200' if bad else ''}\n")


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    began = time.perf_counter()
    with subprocess.Popen((sys.executable, "-m", "fakes"), cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())
        sys.stdout.write(f"{'start, until all fakes are ready':<44}{time.perf_counter() - began:>9.3f} s\n")
        try:
            run(urls, seconds)
        finally:
            process.terminate()


def run(urls: dict[str, str], seconds: float) -> None:
    """Measure one call after the other."""
    verify = "/iam/v1/verify"
    known = cycle([post(verify, {"token": token}) for token in tokens(urls["iam"], 16)])
    new = iter([post(verify, {"token": token}) for token in tokens(urls["iam"], 1500)])
    evaluate = post(
        "/v1/policy/tenants/bench/evaluate", {"context": {"actor_type": "human", "source": "ide"}}
    )
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    control(urls["eris"], "PUT", f"/keys/{KID}", {"public_key": public, "status": "active"})

    show("iam: verify, token seen before", asyncio.run(measure(urls["iam"], known, seconds)))
    show("iam: verify, new token", asyncio.run(measure(urls["iam"], new, seconds)))
    show("policy: evaluate", asyncio.run(measure(urls["policy"], cycle([evaluate]), seconds)))
    show("eris: receipt", asyncio.run(measure(urls["eris"], receipts(4000, key), seconds)))


if __name__ == "__main__":
    main()
