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
WRONG_LOGIN = timedelta(minutes=10)


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
        handed_over = accepted = False
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as server:
                if self.start_tls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password or "")
                handed_over = True
                server.send_message(mail)
                accepted = True
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _ in error.recipients.values()}
            return _no(min(codes, default=550), f"the mail server refuses {_masked(recipient)}")
        except smtplib.SMTPAuthenticationError:
            return Outcome("not_sent", "the mail server refuses our login; correct the connection", WRONG_LOGIN)
        except smtplib.SMTPResponseException as error:
            if not accepted:  # after that, only the goodbye went wrong
                return _no(error.smtp_code, f"the mail server answered {error.smtp_code}")
        except (smtplib.SMTPException, OSError) as error:
            if not accepted:
                detail = f"no answer from the mail server ({type(error).__name__})"
                return Outcome("unknown" if handed_over else "not_sent", detail, TRY_AGAIN)
        return Outcome("delivered")


def _no(code: int, detail: str) -> Outcome:
    """A refusal with 4xx is meant to be tried again (greylisting, a full mailbox), 5xx is final."""
    return Outcome("not_sent" if 400 <= code < 500 else "refused", detail, TRY_AGAIN)


def _masked(address: str) -> str:
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"
