"""The web server of `grader play`: for this machine's own browser and nobody else. Trusted side; requests are not."""

from __future__ import annotations

import base64
import secrets
from typing import Protocol

import anyio.to_thread
import msgspec
import numpy as np
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from grader.errors import four_parts
from grader.messages import LANGUAGES, Message, say
from grader.play.page import About, render_page, say_in
from grader.play.player import Reading, Trouble
from grader.play.prepare import SIDE, Drawing
from grader.results import Feedback

DRAWING_BYTES = SIDE * SIDE
DRAWING_TYPE = "application/octet-stream"
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Predictor(Protocol):
    """What answers drawings, in any thread."""

    def answer(self, drawing: Drawing) -> Reading: ...


class Address(msgspec.Struct, frozen=True):
    """Where the page is. Whoever does not know the token gets nothing."""

    port: int
    token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.token}/"

    @property
    def hosts(self) -> frozenset[str]:
        """How a browser names this server; another name is another site that was pointed here."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(32)


class Guard:
    """Lets through only what comes from the page itself, and takes the token off the path."""

    def __init__(self, app: ASGIApp, address: Address, language: str) -> None:
        self._app, self._address, self._language = app, address, language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "the server speaks nothing else"
        problem = self._problem(scope)
        if problem is not None:
            await _refuse(403, problem, self._language)(scope, receive, send)
            return
        rest = scope["path"][1 + len(self._address.token) :]
        inside = {**scope, "path": rest, "raw_path": rest.encode(), "root_path": ""}
        app = self._app if rest else RedirectResponse(self._address.url, headers=HEADERS)
        await app(inside, receive, send)

    def _problem(self, scope: Scope) -> Message | None:
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0] not in self._address.hosts:
            return say("This page answers only at the address that `grader play` printed.")
        if any(origin != f"http://{hosts[0]}" for origin in origins):
            return say("Another page asked. This one answers only its own.")
        given = scope["path"].partition("/")[2].partition("/")[0]
        if not secrets.compare_digest(given.encode("utf-8", "surrogatepass"), self._address.token.encode()):
            return say("The address is not complete. Copy the whole line that `grader play` printed.")
        return None


def build_app(predictor: Predictor, about: About, address: Address, language: str) -> ASGIApp:
    """Return the application: the page, and the answers to what is drawn on it."""

    async def show_page(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        page = render_page(about, _language_of(request, language), f"/{address.token}/answer", nonce)
        return HTMLResponse(page, headers={**HEADERS, "Content-Security-Policy": POLICY.format(nonce=nonce)})

    async def answer(request: Request) -> Response:
        spoken = _language_of(request, language)
        try:
            drawing = await _read_drawing(request)
        except _Refused as refused:
            return _refuse(refused.status, refused.problem, spoken)
        if not drawing.any():
            return JSONResponse({"empty": True}, headers=HEADERS)
        try:
            # Ctrl-C waits for nobody: what is asked meanwhile ends with the sandbox.
            reading = await anyio.to_thread.run_sync(predictor.answer, drawing, abandon_on_cancel=True)
        except Trouble as trouble:
            return JSONResponse({"trouble": _told(trouble.feedback, spoken)}, status_code=503, headers=HEADERS)
        return JSONResponse(_content(reading, spoken), headers=HEADERS)

    app = Starlette(routes=[Route("/", show_page, methods=["GET"]), Route("/answer", answer, methods=["POST"])])
    return Guard(app, address, language)


class _Refused(Exception):
    def __init__(self, status: int, problem: Message) -> None:
        super().__init__()
        self.status, self.problem = status, problem


async def _read_drawing(request: Request) -> Drawing:
    """Return the drawing in the request's body, which is never read further than a drawing is long."""
    too_large = _Refused(413, say("A drawing has {count} bytes, one for each point.", count=DRAWING_BYTES))
    if request.headers.get("content-type") != DRAWING_TYPE:
        raise _Refused(400, say("A drawing is sent as {type}.", type=DRAWING_TYPE))
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > DRAWING_BYTES:
        raise too_large
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > DRAWING_BYTES:
                raise too_large
    except ClientDisconnect as gone:
        raise _Refused(400, too_large.problem) from gone
    if len(body) != DRAWING_BYTES:
        raise _Refused(400, too_large.problem)
    return np.frombuffer(bytes(body), np.uint8).reshape(SIDE, SIDE)


def _language_of(request: Request, usual: str) -> str:
    asked = request.query_params.get("lang")
    return asked if asked in LANGUAGES else usual


def _refuse(status: int, problem: Message, language: str) -> Response:
    # The rest of what is being sent is not waited for.
    return PlainTextResponse(say_in(problem, language) + "\n", status, {**HEADERS, "Connection": "close"})


def _content(reading: Reading, language: str) -> dict[str, object]:
    return {
        "digit": int(reading.probabilities.argmax()),
        "probabilities": [float(share) for share in reading.probabilities],
        "picture": base64.b64encode(reading.picture.tobytes()).decode(),
        "own": reading.own,
        "note": say_in(reading.note, language) if reading.note else "",
    }


def _told(feedback: Feedback, language: str) -> dict[str, str]:
    told = {part: say_in(message, language) for part, message in four_parts(feedback)}
    if feedback.places:
        place = feedback.places[-1]
        told["place"] = say_in(say("{file}, line {line}", file=place.file, line=place.line), language)
    return told
