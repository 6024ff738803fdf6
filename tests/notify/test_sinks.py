"""What each answer of WeCom and of a mail server proves: delivered, refused, nothing sent, or nobody knows."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from orderwatch.core.effect import Outcome
from orderwatch.hooks import mail_client, wecom_client
from orderwatch.hooks.mail_client import MailClient, Security
from orderwatch.hooks.wecom_client import WeComClient

SEND, ROBOT, TOKEN = "/cgi-bin/message/send", "/cgi-bin/webhook/send", "/cgi-bin/gettoken"
PERSON: Callable[[WeComClient], Outcome] = lambda client: client.send_to_person("li.ting", "late")  # noqa: E731 - two doors, one table
GROUP: Callable[[WeComClient], Outcome] = lambda client: client.send_to_group("warehouse", "late")  # noqa: E731 - as above
DOORS = pytest.mark.parametrize(("path", "send"), [(SEND, PERSON), (ROBOT, GROUP)], ids=["person", "group"])


@pytest.fixture
def wecom(httpserver: HTTPServer) -> WeComClient:
    httpserver.expect_request(TOKEN).respond_with_json({"errcode": 0, "access_token": "t1"})
    return client_of(httpserver.url_for(""))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting is the one thing about a real server that a test need not share."""
    monkeypatch.setattr(wecom_client, "TIMEOUT", (0.5, 0.5))
    monkeypatch.setattr(mail_client, "TIMEOUT", 0.5)


def client_of(url: str) -> WeComClient:
    return WeComClient(url, "corp", "secret", 1_000_002, {"warehouse": "robot-key"})


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server whose every byte the test decides."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(3)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(3)


# --- WeCom ---

ERRCODES = [
    (0, "delivered", None),
    (-1, "not_sent", 20),
    (45009, "not_sent", 61),
    (45033, "not_sent", 20),
    (6000, "not_sent", 20),
    (40058, "refused", None),
    (60011, "refused", None),
    (81013, "refused", None),
    (99999, "refused", None),
]
MENDED = [
    40001, 40013, 40056, 40091, 41001, 41002, 41004, 41011, 48002, 48004, 48006, 50001, 50003, 60020, 301002, 93000,
    93004, 93008,
]  # fmt: skip


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.com")])
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
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(plain + signed.public_bytes(Encoding.PEM))
    return path


@DOORS
@pytest.mark.parametrize(("code", "result", "wait"), ERRCODES)
def test_the_errcode_decides_although_the_answer_is_200(
    httpserver: HTTPServer, wecom: WeComClient, path: str, send: Any, code: int, result: str, wait: int | None
) -> None:
    httpserver.expect_request(path).respond_with_json({"errcode": code, "errmsg": "…"})
    outcome = send(wecom)
    assert outcome.result == result
    if wait is not None:
        assert outcome.wait == timedelta(seconds=wait)
    if result != "delivered":
        assert str(code) in outcome.detail


@DOORS
@pytest.mark.parametrize("code", MENDED)
def test_what_a_person_mends_is_sent_once_it_is_mended(
    httpserver: HTTPServer, wecom: WeComClient, path: str, send: Any, code: int
) -> None:
    httpserver.expect_oneshot_request(path).respond_with_json({"errcode": code, "errmsg": "…"})
    httpserver.expect_oneshot_request(path).respond_with_json({"errcode": 0})
    outcome = send(wecom)
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))
    assert str(code) in outcome.detail and "see its list" not in outcome.detail
    assert send(wecom).result == "delivered"


@DOORS
@pytest.mark.parametrize(
    "answer",
    [
        Response("", 500), Response("busy", 503), Response('{"errcode": 0}', 502), Response("<html>", 200),
        Response("[]", 200), Response("{}", 200), Response('{"errcode": "0"}', 200), Response("", 302),
    ],
    ids=["500", "503", "502 with json", "no json", "a list", "no errcode", "errcode as text", "redirect"],
)  # fmt: skip
def test_any_other_answer_leaves_it_unknown(
    httpserver: HTTPServer, wecom: WeComClient, path: str, send: Any, answer: Response
) -> None:
    httpserver.expect_request(path).respond_with_response(answer)
    assert send(wecom).result == "unknown"


@DOORS
def test_an_answer_that_does_not_come_in_time_leaves_it_unknown(
    httpserver: HTTPServer, wecom: WeComClient, path: str, send: Any
) -> None:
    slow = threading.Event()

    def late(request: Request) -> Response:
        slow.wait(1.5)
        return Response('{"errcode": 0}', 200)

    httpserver.expect_request(path).respond_with_handler(late)
    outcome = send(wecom)
    slow.set()
    assert outcome.result == "unknown"


@pytest.mark.parametrize("send", [PERSON, GROUP], ids=["person", "group"])
def test_a_refused_connection_proves_that_nothing_was_sent(send: Any) -> None:
    assert send(client_of(f"http://127.0.0.1:{free_port()}")).result == "not_sent"


@DOORS
def test_a_server_that_nobody_vouches_for_is_sent_nothing(path: str, send: Any, certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with HTTPServer(ssl_context=context) as server:
        outcome = send(client_of(server.url_for("")))
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))
    assert "certificate" in (outcome.detail or "")


def test_a_connection_cut_after_the_request_leaves_it_unknown() -> None:
    with raw_server(lambda connection: (connection.recv(4096), None)[1]) as port:
        assert GROUP(client_of(f"http://127.0.0.1:{port}")).result == "unknown"


def test_a_person_whom_wecom_does_not_know_is_refused(httpserver: HTTPServer, wecom: WeComClient) -> None:
    httpserver.expect_request(SEND).respond_with_json({"errcode": 0, "invaliduser": "li.ting"})
    outcome = PERSON(wecom)
    assert (outcome.result, outcome.detail) == ("refused", "WeCom knows nobody called li.ting")


def test_a_person_whom_wecom_gives_nothing_for_want_of_a_licence_has_not_been_told(
    httpserver: HTTPServer, wecom: WeComClient
) -> None:
    httpserver.expect_request(SEND).respond_with_json({"errcode": 0, "unlicenseduser": "li.ting"})
    outcome = PERSON(wecom)
    assert outcome.result == "refused" and "no WeCom licence" in (outcome.detail or "")


@pytest.mark.parametrize("code", [40014, 42001])
def test_an_expired_token_is_renewed_once_and_the_message_sent(
    httpserver: HTTPServer, wecom: WeComClient, code: int
) -> None:
    httpserver.expect_oneshot_request(SEND).respond_with_json({"errcode": code})
    httpserver.expect_oneshot_request(SEND).respond_with_json({"errcode": 0})
    assert PERSON(wecom).result == "delivered"
    assert sum(request.path == TOKEN for request, _ in httpserver.log) == 2


@pytest.mark.parametrize("code", [40014, 42001])
def test_a_token_that_is_never_accepted_is_for_a_person_to_mend(
    httpserver: HTTPServer, wecom: WeComClient, code: int
) -> None:
    httpserver.expect_request(SEND).respond_with_json({"errcode": code})
    outcome = PERSON(wecom)
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))
    assert sum(request.path == SEND for request, _ in httpserver.log) == 2


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ({"errcode": 40001}, 600),
        ({"errcode": 40013}, 600),
        ({"errcode": 99999}, 600),
        ({"errcode": [1]}, 600),
        ({"errcode": -1}, 20),
        ({"errcode": 0}, 600),
        ({"errcode": 0, "access_token": None}, 600),
        (None, 60),
    ],
    ids=["wrong secret", "wrong corp", "unheard of", "no number", "busy", "no token", "an empty one", "500"],
)
def test_without_a_token_nothing_was_sent(httpserver: HTTPServer, answer: Any, seconds: int) -> None:
    response = Response("", 500) if answer is None else Response(json.dumps(answer), 200)
    httpserver.expect_request(TOKEN).respond_with_response(response)
    outcome = PERSON(client_of(httpserver.url_for("")))
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(seconds=seconds))
    assert not any(request.path == SEND for request, _ in httpserver.log)


def test_an_application_message_asks_wecom_to_recognise_a_repeat(httpserver: HTTPServer, wecom: WeComClient) -> None:
    httpserver.expect_request(SEND).respond_with_json({"errcode": 0})
    PERSON(wecom)
    body = httpserver.log[-1][0].get_json()
    assert (body["enable_duplicate_check"], body["duplicate_check_interval"]) == (1, 14_400)


def test_a_robot_without_a_key_waits_for_somebody_to_enter_it(wecom: WeComClient) -> None:
    outcome = wecom.send_to_group("nobody's group", "late")
    assert (outcome.result, "no key" in (outcome.detail or "")) == ("not_sent", True)


@pytest.mark.parametrize("code", [93000, 500])
def test_no_detail_shows_a_secret(httpserver: HTTPServer, wecom: WeComClient, code: int) -> None:
    answer = Response("", 500) if code == 500 else Response('{"errcode": 93000}', 200)
    httpserver.expect_request(ROBOT).respond_with_response(answer)
    said = [GROUP(wecom).detail, GROUP(client_of(f"http://127.0.0.1:{free_port()}")).detail]
    assert all("robot-key" not in (one or "") and "secret" not in (one or "") for one in said)


# --- mail ---

AT = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)


class Postman:
    """A mail server that answers one command as the test says, and accepts everything else."""

    def __init__(self, command: str = "", answer: str = "") -> None:
        self.command, self.answer = command, answer
        self.mails: list[Envelope] = []
        self.encrypted: list[bool] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if self.command == "RCPT":
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if self.command == "MAIL":
            return self.answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.command == "DATA":
            return self.answer
        self.mails.append(envelope)
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"


@contextmanager
def post_office(postman: Postman, security: Security = "none", certificate: Path | None = None) -> Iterator[MailClient]:
    """A mail server on this machine, encrypted as asked for with the key and certificate in one file."""
    tls: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        tls = {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    controller = Controller(postman, hostname="127.0.0.1", port=free_port(), **tls)
    controller.start()
    try:
        yield MailClient("127.0.0.1", controller.port, "orderwatch@example.com", security=security)
    finally:
        controller.stop()


def send_mail(client: MailClient, subject: str = "一级事件", text: str = "晚了\n.\nlate") -> Outcome:
    return client.send("opened:1:mail:x:7", "li.ting@example.com", subject, text, AT)


@pytest.mark.parametrize(
    ("command", "answer", "result"),
    [
        ("", "", "delivered"),
        ("RCPT", "550 no such user", "refused"),
        ("RCPT", "450 come back later", "not_sent"),
        ("MAIL", "550 not you", "not_sent"),
        ("MAIL", "451 later", "not_sent"),
        ("DATA", "554 spam", "refused"),
        ("DATA", "451 later", "not_sent"),
        ("DATA", "421 closing", "not_sent"),
        ("DATA", "999 nonsense", "unknown"),  # no refusal: it may have kept the mail
        ("MAIL", "999 nonsense", "unknown"),
    ],
)
def test_the_answer_of_the_mail_server_decides(command: str, answer: str, result: str) -> None:
    with post_office(Postman(command, answer)) as client:
        assert send_mail(client).result == result


def test_a_mail_server_that_is_not_there_has_got_nothing() -> None:
    client = MailClient("127.0.0.1", free_port(), "orderwatch@example.com", security="none")
    assert send_mail(client).result == "not_sent"


def says(connection: socket.socket, *answers: str) -> None:
    """Answer one command after the other, then hang up."""
    connection.sendall(b"220 ready\r\n")
    for answer in answers:
        connection.recv(65_536)
        connection.sendall(f"{answer}\r\n".encode())
    connection.recv(65_536)


def test_a_greeting_that_never_comes_proves_that_nothing_was_sent() -> None:
    slow = threading.Event()
    with raw_server(lambda connection: (slow.wait(1.5), None)[1]) as port:
        outcome = send_mail(MailClient("127.0.0.1", port, "o@example.com", security="none"))
        slow.set()
    assert outcome.result == "not_sent"


@pytest.mark.parametrize(
    ("greeting", "wait"), [("554 no service for you", 10), ("421 too busy", 2), ("999 nonsense", 10)]
)
def test_a_mail_server_that_turns_us_away_at_its_door_has_said_no_to_no_mail(greeting: str, wait: int) -> None:
    with raw_server(lambda connection: connection.sendall(f"{greeting}\r\n".encode())) as port:
        outcome = send_mail(MailClient("127.0.0.1", port, "o@example.com", security="none"))
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=wait))


def test_a_mail_server_that_does_not_know_our_name_has_said_no_to_no_mail() -> None:
    with raw_server(lambda connection: says(connection, "550 who are you", "550 who are you")) as port:
        outcome = send_mail(MailClient("127.0.0.1", port, "o@example.com", security="none"))
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))


def test_a_connection_lost_after_the_text_leaves_it_unknown() -> None:
    talk = ("250 ok", "250 ok", "250 ok", "354 go on")
    with raw_server(lambda connection: says(connection, *talk)) as port:
        outcome = send_mail(MailClient("127.0.0.1", port, "o@example.com", security="none"))
    assert outcome.result == "unknown"


def test_a_goodbye_that_goes_wrong_after_the_mail_was_accepted_sends_it_no_second_time() -> None:
    talk = ("250 ok", "250 ok", "250 ok", "354 go on", "250 accepted", "421 shutting down")
    with raw_server(lambda connection: says(connection, *talk)) as port:
        outcome = send_mail(MailClient("127.0.0.1", port, "o@example.com", security="none"))
    assert outcome.result == "delivered"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_wish_for_encryption_that_the_server_cannot_fulfil_sends_nothing(security: Security) -> None:
    postman = Postman()
    with post_office(postman) as client:
        assert send_mail(replace(client, security=security)).result == "not_sent"
    assert postman.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_travels_encrypted_to_a_server_whose_certificate_is_trusted(
    security: Security, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    postman = Postman()
    with post_office(postman, security, certificate) as client:
        assert send_mail(client) == Outcome("delivered")
    assert postman.encrypted == [True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(security: Security, certificate: Path) -> None:
    postman = Postman()
    with post_office(postman, security, certificate) as client:
        outcome = send_mail(client)
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))
    assert outcome.detail == "the mail server's certificate is not trusted"
    assert postman.mails == []


def test_a_mail_states_the_time_that_it_is_given() -> None:
    postman = Postman()
    with post_office(postman) as client:
        send_mail(client)
    assert _header(postman.mails[0], "Date") == ["Date: Wed, 18 Nov 2026 04:00:00 +0000"]


def test_the_same_effect_has_the_same_message_id_and_another_one_another() -> None:
    postman = Postman()
    with post_office(postman) as client:
        send_mail(client)
        send_mail(client)
        client.send("another", "li.ting@example.com", "x", "x", AT)
    ids = [line for mail in postman.mails for line in _header(mail, "Message-ID")]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("subject", ["two\nBcc: everybody@example.com", "\r\n\r\nbody", "很长" * 500])
def test_no_subject_becomes_a_header_of_its_own(subject: str) -> None:
    postman = Postman()
    with post_office(postman) as client:
        assert send_mail(client, subject=subject).result == "delivered"
    assert postman.mails[0].rcpt_tos == ["li.ting@example.com"]
    assert _header(postman.mails[0], "Bcc") == []


def _header(mail: Envelope, name: str) -> list[str]:
    head = bytes(mail.content or b"").split(b"\r\n\r\n")[0].decode()
    return [line for line in head.splitlines() if line.lower().startswith(name.lower() + ":")]
