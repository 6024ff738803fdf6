"""The shared door: what goes out, what is waited for, and when credentials are renewed."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer
from werkzeug import Response

from orderwatch.core.effect import Outcome
from orderwatch.hooks.json_api import JsonApi, Reply, in_header, in_path
from orderwatch.hooks.logins import SourceLogin, Token
from orderwatch.hooks.sources.config import load_source
from orderwatch.hooks.sources.endpoint import Endpoint
from orderwatch.hooks.sources.errors import EndpointRefused
from orderwatch.paths import POLICY

from .builders import AT, api, near


@pytest.fixture
def door(httpserver: HTTPServer) -> JsonApi:
    return api(near(httpserver.url_for("")))


def test_a_request_says_who_asks_and_under_which_key(httpserver: HTTPServer, door: JsonApi) -> None:
    httpserver.expect_request("/things").respond_with_json({"id": 7})
    reply = door.call("POST", "/things", body={"b": "好", "a": 1}, key="inc-1/x:1")
    assert isinstance(reply, Reply) and reply.delivered("id") == Outcome("delivered", ref="7")
    request = httpserver.log[0][0]
    assert request.headers["Authorization"] == "Bearer the-password"
    assert request.headers["Idempotency-Key"] == "inc-1/x:1"
    assert request.get_data().decode() == '{"a": 1, "b": "好"}'


@pytest.mark.parametrize(
    ("ref", "kept"), [(" T-1\r\n\u202e\x00", "T-1"), ("工单-7", "工单-7"), ("x" * 101, "x" * 100), (0, "0")]
)
def test_a_number_is_kept_without_what_nobody_sees(ref: Any, kept: str) -> None:
    assert Reply({"id": ref}, None).delivered("id") == Outcome("delivered", ref=kept)


@pytest.mark.parametrize(
    "data", [{}, {"id": " \x00"}, {"id": True}, {"id": 1.5}, {"id": None}, {"id": ["T-1"]}, [], None]
)
def test_an_answer_without_a_number_proves_nothing(data: Any) -> None:
    assert Reply(data, None).delivered("id").result == "unknown"


@pytest.mark.parametrize("key", ["inc-1/x:1", "voucher SO1, late (2)", "a@b+c=~._-"])
def test_an_ordinary_key_travels_as_it_is(key: str) -> None:
    assert in_header(key) == key


def test_no_key_becomes_a_header_of_its_own_or_another_key() -> None:
    keys = ["a\r\nX: y", "a%0D%0AX: y", "退款", "a\x00"]
    written = [in_header(key) for key in keys]
    assert len(set(written)) == len(keys)
    assert all(one.isascii() and one.isprintable() for one in written)


def test_a_part_of_a_path_stays_one_part() -> None:
    assert in_path("a/../b?c#d") == "a%2F..%2Fb%3Fc%23d"


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90), (-5, 1), (86_400, 3600)])
def test_an_instant_to_wait_for_counts_from_the_other_clock(
    httpserver: HTTPServer, door: JsonApi, monkeypatch: pytest.MonkeyPatch, ahead: int, seconds: int
) -> None:
    there = AT + timedelta(days=1000)
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: format_datetime(there, usegmt=True))
    until = format_datetime(there + timedelta(seconds=ahead), usegmt=True)
    httpserver.expect_request("/").respond_with_response(Response("", 429, {"Retry-After": until}))
    outcome = door.call("POST", "/")
    assert isinstance(outcome, Outcome)
    assert outcome.wait == timedelta(seconds=seconds)


def test_every_request_has_a_connection_of_its_own(httpserver: HTTPServer, door: JsonApi) -> None:
    httpserver.expect_request("/").respond_with_json({"id": 1})
    for _ in range(2):
        door.call("POST", "/")
    ports = {request.environ["REMOTE_PORT"] for request, _ in httpserver.log}
    assert len(ports) == 2


def test_no_proxy_of_the_machine_gets_between(
    httpserver: HTTPServer, door: JsonApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    httpserver.expect_request("/").respond_with_json({"id": 1})
    assert isinstance(door.call("POST", "/"), Reply)


@pytest.mark.parametrize("token", ["ключ", "a\nb"])
def test_credentials_that_no_header_can_carry_send_nothing(httpserver: HTTPServer, token: str) -> None:
    outcome = JsonApi("the system", near(httpserver.url_for("")), Token(token)).call("POST", "/")
    assert isinstance(outcome, Outcome)
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))
    assert token not in repr(outcome) and httpserver.log == []


@pytest.mark.parametrize("url", ["ftp://example.com", "example.com", "http://me:pw@example.com", "http://a/?b=c"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(EndpointRefused):
        JsonApi("the system", Endpoint(url), Token("t"))


@pytest.mark.parametrize("url", ["http://169.254.169.254", "http://0.0.0.0", "http://[::ffff:169.254.169.254]"])
def test_some_addresses_are_never_gone_to(url: str) -> None:
    outcome = api(near(url)).call("POST", "/")
    assert isinstance(outcome, Outcome)
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))


def test_a_name_that_changes_its_address_on_the_way_is_noticed(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name was allowed when it was looked up, and the connection reaches this machine all the same."""
    from orderwatch.hooks import json_api

    monkeypatch.setattr(json_api, "refuse_forbidden_host", lambda *_: None)
    endpoint = Endpoint(httpserver.url_for("").rstrip("/"), password="t")
    outcome = JsonApi("the system", endpoint, Token("t")).call("POST", "/")
    assert isinstance(outcome, Outcome)
    assert outcome.result == "not_sent" and httpserver.log == []


# --- encryption ---


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and certificate of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vouchers.example.com")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    signed = (
        x509
        .CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    path = tmp_path / "system.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(plain + signed.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[HTTPServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with HTTPServer("127.0.0.1", ssl_context=context) as server:
        server.expect_request("/").respond_with_json({"id": 1})
        yield server


def test_a_certificate_that_nobody_vouches_for_gets_nothing(encrypted: HTTPServer) -> None:
    outcome = api(near(encrypted.url_for(""))).call("POST", "/")
    assert isinstance(outcome, Outcome)
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))
    assert encrypted.log == []


def test_the_companys_own_authority_can_be_named(
    encrypted: HTTPServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert isinstance(api(near(encrypted.url_for(""))).call("POST", "/"), Reply)


# --- tokens that expire ---


@pytest.fixture
def oauth(httpserver: HTTPServer) -> JsonApi:
    """A system whose source is read with OAuth2."""
    endpoint = near(httpserver.url_for(""), login="me")
    return api(endpoint, SourceLogin(load_source(POLICY / "sources" / "erp.yaml"), endpoint))


def token(server: HTTPServer, value: str, status: int = 200) -> None:
    answer: Any = {"access_token": value, "expires_in": 3600}
    server.expect_ordered_request("/oauth/token").respond_with_json(answer, status)


def test_an_expired_token_is_renewed_once_and_the_act_done_once(httpserver: HTTPServer, oauth: JsonApi) -> None:
    token(httpserver, "old")
    httpserver.expect_ordered_request("/", headers={"Authorization": "Bearer old"}).respond_with_json({}, 401)
    token(httpserver, "new")
    httpserver.expect_ordered_request("/", headers={"Authorization": "Bearer new"}).respond_with_json({"id": 1})
    assert isinstance(oauth.call("POST", "/", body={"a": 1}), Reply)
    httpserver.check()


def test_a_token_that_is_never_accepted_is_for_a_person(httpserver: HTTPServer, oauth: JsonApi) -> None:
    for value in ("old", "new"):
        token(httpserver, value)
        httpserver.expect_ordered_request("/").respond_with_json({"error": "no"}, 401)
    outcome = oauth.call("POST", "/")
    assert isinstance(outcome, Outcome)
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))


def test_without_a_token_nothing_was_sent(httpserver: HTTPServer, oauth: JsonApi) -> None:
    httpserver.expect_request("/oauth/token").respond_with_json({"error": "invalid_client"}, 401)
    outcome = oauth.call("POST", "/")
    assert isinstance(outcome, Outcome)
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))
    assert all(request.path == "/oauth/token" for request, _ in httpserver.log)
    assert "the-password" not in repr(outcome)


def test_several_workers_share_one_token(httpserver: HTTPServer, oauth: JsonApi) -> None:
    httpserver.expect_request("/oauth/token").respond_with_json({"access_token": "t", "expires_in": 3600})
    httpserver.expect_request("/").respond_with_json({"id": 1})
    workers = [threading.Thread(target=oauth.call, args=("POST", "/")) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    paths = [request.path for request, _ in httpserver.log]
    assert (paths.count("/oauth/token"), paths.count("/")) == (1, 8)


def test_a_login_is_not_shown() -> None:
    assert "secret" not in repr(Token("secret"))
    request = requests.Request("GET", "http://example.com")
    Token("secret").sign(request)
    assert request.headers["Authorization"] == "Bearer secret"
    assert Token("secret").renew(datetime.now(UTC)) is False
