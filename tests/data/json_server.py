"""A server on loopback that answers every GET with JSON, from a function."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]


@dataclass
class JsonServer:
    """url: to be asked. asked: path, query and headers (names in small letters) of each request."""

    url: str
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)


@contextmanager
def json_server(answer: Callable[[str, dict[str, str]], Answer]) -> Iterator[JsonServer]:
    """answer: from path and query to status, body (bytes are sent as they are) and headers."""
    server: JsonServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            server.asked.append(
                (unquote(parts.path), query, {name.lower(): value for name, value in self.headers.items()})
            )
            status, content, *headers = answer(unquote(parts.path), query)
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            with suppress(BrokenPipeError, ConnectionResetError):  # a client that has given up
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                for name, value in (headers[0] if headers else {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    server = JsonServer(f"http://127.0.0.1:{http.server_address[1]}")
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
