"""Mail over SMTP: after the last dot of DATA nobody can ask whether it arrived, so a lost answer stays unknown."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

from orderwatch.core.effect import Outcome
from orderwatch.core.plain_text import one_line

TIMEOUT = 20  # seconds per SMTP step
TRY_AGAIN = timedelta(minutes=2)


@dataclass(frozen=True)
class MailClient:
    """One SMTP account and the address it writes from."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = None
    start_tls: bool = True

    def send(self, key: str, recipient: str, subject: str, text: str) -> Outcome:
        """Send one plain mail to one person; ``key`` becomes the Message-ID, so that a repeat is recognisable."""
        mail = EmailMessage(policy=SMTP)
        mail["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@orderwatch>"
        mail["From"] = self.sender
        mail["To"] = recipient
        mail["Subject"] = one_line(subject, 200)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        handed_over = False
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as server:
                if self.start_tls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password or "")
                handed_over = True
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused:
            return Outcome("refused", f"the mail server refuses {_masked(recipient)}")
        except smtplib.SMTPResponseException as error:
            temporary = 400 <= error.smtp_code < 500
            detail = f"the mail server answered {error.smtp_code}"
            return Outcome("not_sent" if temporary else "refused", detail, TRY_AGAIN)
        except (smtplib.SMTPException, OSError) as error:
            detail = f"no answer from the mail server ({type(error).__name__})"
            return Outcome("unknown" if handed_over else "not_sent", detail, TRY_AGAIN)
        return Outcome("delivered")


def _masked(address: str) -> str:
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"
