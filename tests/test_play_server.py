"""The server of `grader play`: it answers its own page on this machine, and nobody and nothing else."""

import http.client
import json
import re
import socket
import time

import numpy as np
import pytest

from grader.messages import say
from grader.play.page import About
from grader.play.player import Reading, Trouble
from grader.play.prepare import SIDE
from grader.play.server import DRAWING_BYTES, DRAWING_TYPE, new_token
from grader.results import Feedback, Place

ABOUT = About(say("Chapter 2: Your first model"), False, 0.934, 500, "namespaces")
DRAWN = bytes([0] * 1000 + [255] * 500 + [0] * (DRAWING_BYTES - 1500))
SENT_AS = {"Content-Type": DRAWING_TYPE}


class FakePredictor:
    """Says 7 of everything, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[np.ndarray] = []
        self.trouble: Trouble | None = None
        self.error: Exception | None = None

    def answer(self, drawing):
        self.asked.append(drawing)
        if self.trouble or self.error:
            raise self.trouble or self.error
        probabilities = np.full(10, 0.02, np.float32)
        probabilities[7] = 0.82
        note = say("Your `{function}` failed on this drawing, so the course prepared it.", function="prepare_photo")
        return Reading(np.arange(784, dtype=np.uint16).reshape(28, 28).astype(np.uint8), probabilities, False, note)


class Site:
    """A running server, and what a browser or anybody else asks of it."""

    def __init__(self, open_site, language: str = "en") -> None:
        self.predictor = FakePredictor()
        self.address = open_site(self.predictor, ABOUT, language)

    def ask(self, method="GET", path="/", body=None, token=None, **headers):
        """Return status, headers and body. `path`: after the token."""
        connection = http.client.HTTPConnection("127.0.0.1", self.address.port, timeout=20)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        start = f"/{self.address.token}" if token is None else token
        connection.request(method, start + path, body, headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()

    def draw(self, body=DRAWN, path="/answer", **headers):
        return self.ask("POST", path, body, **{"Content-Type": DRAWING_TYPE, **headers})


@pytest.fixture(scope="module")
def running(open_site):
    return Site(open_site)


@pytest.fixture
def site(running):
    """The server, which has answered nothing yet."""
    running.predictor.__init__()
    return running


# ---------------------------------------------------------------- the page


def test_page_comes_with_its_own_policy_and_needs_nothing_else(site):
    status, headers, page = site.ask()
    assert status == 200
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", headers["content-security-policy"]).group(1)
    assert "default-src 'none'" in headers["content-security-policy"]
    assert set(re.findall(r"<(?:script|style)[^>]*>", page)) == {
        f'<script nonce="{nonce}">',
        f'<style nonce="{nonce}">',
    }
    assert re.findall(r"https?://|<[^>]+ style=|<[^>]+ on\w+=", page) == []
    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) == {"data:,", "?lang=zh"}
    assert "93.4%" in page and "Your own model: Chapter 2: Your first model." in page


def test_each_page_has_a_nonce_of_its_own(site):
    policies = {site.ask()[1]["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


def test_nothing_is_shared_with_other_sites(site):
    for answer in (site.ask(), site.draw(), site.ask("OPTIONS", "/answer", Origin="http://evil.example")):
        assert not [name for name in answer[1] if name.lower().startswith("access-control")]
    headers = site.ask()[1]
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer" and headers["cache-control"] == "no-store"


def test_languages(site, open_site):
    assert '<html lang="en">' in site.ask()[2]
    chinese = site.ask(path="/?lang=zh")[2]
    assert '<html lang="zh">' in chinese and "写一个数字" in chinese and "Draw a digit" not in chinese
    assert '<html lang="en">' in site.ask(path="/?lang=xx")[2]
    other = Site(open_site, "zh")
    assert '<html lang="zh">' in other.ask()[2] and "?lang=en" in other.ask()[2]


def test_address_without_its_last_stroke_leads_to_the_page(site):
    status, headers, _ = site.ask(path="")
    assert status == 307 and headers["location"] == site.address.url


# ---------------------------------------------------------------- who may ask


@pytest.mark.parametrize("token", ["", "/", "/wrong", "/answer", "//", "/%00", "/é".encode().decode("latin-1")])
def test_wrong_token_is_refused(site, token):
    for method, path in (("GET", "/"), ("POST", "/answer"), ("GET", "/favicon.ico"), ("PUT", "/")):
        status, _, text = site.ask(method, path, token=token.replace("Ã©", "%C3%A9"))
        assert status == 403 and "not complete" in text
    assert site.predictor.asked == []


def test_token_in_parts_or_with_more_behind_it_is_refused(site):
    token = site.address.token
    for wrong in (token[:-1], token + "a", token.swapcase(), token[1:], f"./{token}"):
        assert site.ask(token=f"/{wrong}")[0] == 403


def test_tokens_differ():
    assert len({new_token() for _ in range(100)}) == 100 and len(new_token()) >= 40


def test_every_answer_compares_the_token_in_constant_time(site, monkeypatch):
    compared = []

    def compare(one, other):
        compared.append((one, other))
        return one == other

    monkeypatch.setattr("grader.play.server.secrets.compare_digest", compare)
    assert site.ask(token="/wrong")[0] == 403 and site.ask()[0] == 200
    assert [one for one, _ in compared] == [b"wrong", site.address.token.encode()]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "[::1]:{port}"]
)
def test_other_host_names_are_refused(site, host):
    status, _, text = site.ask(Host=host.format(port=site.address.port))
    assert status == 403 and "printed" in text


def test_localhost_is_this_machine_too(site):
    assert site.ask(Host=f"localhost:{site.address.port}")[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1"])
def test_other_pages_are_refused(site, origin):
    assert site.draw(Origin=origin.format(port=site.address.port))[0] == 403
    assert site.predictor.asked == []


def test_own_page_is_heard(site):
    assert site.draw(Origin=f"http://127.0.0.1:{site.address.port}")[0] == 200


def test_only_this_machine_can_connect(site):
    outside = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for host in {ip for ip in outside if not ip.startswith("127.")} | {"127.0.0.2"}:
        with pytest.raises(OSError), socket.create_connection((host, site.address.port), timeout=5):
            pass


# ---------------------------------------------------------------- drawings


def test_drawing_arrives_as_it_was_drawn_and_is_answered(site):
    status, headers, text = site.draw()
    assert (status, headers["content-type"]) == (200, "application/json")
    content = json.loads(text)
    assert content["digit"] == 7 and content["own"] is False
    assert content["probabilities"] == pytest.approx([0.02] * 7 + [0.82] + [0.02] * 2)
    assert len(content["picture"]) == 4 * -(-784 // 3)
    (drawing,) = site.predictor.asked
    assert drawing.shape == (SIDE, SIDE) and drawing.dtype == np.uint8 and drawing.tobytes() == DRAWN


def test_answers_speak_the_language_of_the_page(site):
    assert "failed on this drawing" in site.draw()[2]
    assert "没能处理" in json.loads(site.draw(path="/answer?lang=zh")[2])["note"]


def test_empty_sheet_is_not_read(site):
    assert json.loads(site.draw(bytes(DRAWING_BYTES))[2]) == {"empty": True}
    assert site.predictor.asked == []


@pytest.mark.parametrize("body", [b"", b"1", b'{"digit": 7}', DRAWN[:-1]])
def test_garbage_is_a_bad_request(site, body):
    status, _, text = site.draw(body)
    assert status == 400 and "78400 bytes" in text and site.predictor.asked == []


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data", ""])
def test_what_other_pages_can_send_unasked_is_a_bad_request(site, kind):
    assert site.draw(**{"Content-Type": kind})[0] == 400 and site.predictor.asked == []


def test_too_large_is_refused_before_it_is_read(site):
    assert site.draw(DRAWN + b"\0")[0] == 413
    connection = http.client.HTTPConnection("127.0.0.1", site.address.port, timeout=20)
    connection.putrequest("POST", f"/{site.address.token}/answer")
    connection.putheader("Content-Type", DRAWING_TYPE)
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    assert site.predictor.asked == []


def test_stream_without_end_is_cut_off(site):
    def without_end():
        for _ in range(1000):
            yield bytes(2**14)
            time.sleep(0.01)

    connection = http.client.HTTPConnection("127.0.0.1", site.address.port, timeout=20)
    try:
        connection.request("POST", f"/{site.address.token}/answer", without_end(), SENT_AS, encode_chunked=True)
        raise AssertionError("the server read on")
    except OSError:
        pass
    assert site.predictor.asked == []
    assert site.ask()[0] == 200


@pytest.mark.parametrize(("method", "path"), [("PUT", "/answer"), ("GET", "/answer"), ("DELETE", "/"), ("GET", "/x")])
def test_nothing_else_is_there(site, method, path):
    assert site.ask(method, path)[0] in (404, 405)


@pytest.mark.parametrize(
    "raw", [b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_no_http_harms_nobody(site, raw):
    with socket.create_connection(("127.0.0.1", site.address.port), timeout=20) as connection:
        connection.sendall(raw)
        answer = connection.recv(1000)
    assert not answer or answer.split()[1] in (b"400", b"403")
    assert site.ask()[0] == 200


# ---------------------------------------------------------------- trouble


def test_trouble_is_told_in_the_language_of_the_page(site):
    place = Place("ch2_first_model.py", 12, "normalize", "    while True:")
    feedback = Feedback(
        problem=say("{function} did not finish in time.", function="normalize"),
        got=say("no answer; the program was stopped"),
        next_step=say("Look for a loop that never ends, or for far more work than was asked for."),
        places=(place,),
    )
    site.predictor.trouble = Trouble(feedback)
    status, _, text = site.draw()
    told = json.loads(text)["trouble"]
    assert status == 503 and told["problem"] == "normalize did not finish in time."
    assert told["place"] == "ch2_first_model.py, line 12" and "expected" not in told
    chinese = json.loads(site.draw(path="/answer?lang=zh")[2])["trouble"]
    assert chinese["problem"] == "normalize 没能在规定时间内运行完。"
    site.predictor.trouble = None
    assert site.draw()[0] == 200


def test_fault_of_the_server_shows_nothing_of_it(site):
    site.predictor.error = RuntimeError("secret /root/x.py")
    status, _, text = site.draw()
    assert status == 500 and "secret" not in text
    site.predictor.error = None
    assert site.draw()[0] == 200
