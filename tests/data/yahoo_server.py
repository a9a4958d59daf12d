"""A server on loopback that answers like Yahoo's chart service, from recorded or made-up answers."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

Reply = tuple[int, bytes]
_CHART = "/v8/finance/chart/"


@dataclass
class YahooServer:
    """url: to be asked. reply: from symbol and query to status and body. asked: (symbol, query) of chart requests."""

    url: str
    reply: Callable[[str, dict[str, str]], Reply]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def bar_requests(self) -> list[tuple[str, dict[str, str]]]:
        """Requests for bars, without those that only ask for a symbol's time zone."""
        return [(symbol, query) for symbol, query in self.asked if "period1" in query]


@contextmanager
def yahoo_server(reply: Callable[[str, dict[str, str]], Reply]) -> Iterator[YahooServer]:
    server: YahooServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path.startswith(_CHART):
                symbol = unquote(parts.path.removeprefix(_CHART))
                server.asked.append((symbol, query))
                status, body = server.reply(symbol, query)
            elif parts.path.endswith("/getcrumb"):
                status, body = 200, b"crumb"
            else:
                status, body = 404, b'{"quoteSummary":{"result":null,"error":{"code":"Not Found","description":"no"}}}'
            with suppress(BrokenPipeError, ConnectionResetError):  # a client that has given up
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    server = YahooServer(f"http://127.0.0.1:{http.server_address[1]}", reply)
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def recorded(text: bytes) -> Reply:
    """Status and body of a recorded response file."""
    response = json.loads(text)["response"]
    return response["status"] or 200, json.dumps(response["body"]).encode()


def chart_error(code: str, description: str, status: int = 404) -> Reply:
    body = {"chart": {"result": None, "error": {"code": code, "description": description}}}
    return status, json.dumps(body).encode()
