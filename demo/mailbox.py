"""A mail server that keeps what it gets, and refuses recipients called ``refused…``."""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.arrival import arrival
from demo.clock import Clock


@dataclass  # no slots: aiosmtpd reads every attribute of its handler, and Python 3.11.2 has a bad one there
class Mailbox:
    """All mails of all recipients; the hook names are aiosmtpd's."""

    clock: Clock
    mails: list[dict[str, Any]] = field(default_factory=list)
    _refused: dict[int, list[str]] = field(default_factory=dict)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("refused"):
            self._refused.setdefault(id(envelope), []).append(address)
            return "550 5.1.1 mailbox unavailable"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        message = message_from_bytes(content if isinstance(content, bytes) else content.encode(), policy=policy.default)
        self.mails.append({
            **arrival(self.clock),
            "message_id": str(message["Message-ID"] or ""),
            "from": envelope.mail_from,
            "to": list(envelope.rcpt_tos),
            "subject": str(message["subject"] or ""),
            "text": _plain(message),
            "refused": self._refused.pop(id(envelope), []),
        })
        return "250 OK"

    def protocol(self) -> SMTP:
        """One connection; it accepts mail in UTF-8."""
        return SMTP(self, hostname="mail.demo.invalid", enable_SMTPUTF8=True)


def _plain(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain",))
    return "" if part is None else str(part.get_content())
