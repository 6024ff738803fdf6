"""Mail over SMTP: after the last dot of DATA nobody can ask whether it arrived, so a lost answer stays unknown."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

from orderwatch.core.effect import Outcome
from orderwatch.core.plain_text import one_line

TIMEOUT = 20  # seconds per SMTP step
TRY_AGAIN = timedelta(minutes=2)
MENDED_BY_A_PERSON = timedelta(minutes=10)
Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class MailClient:
    """One SMTP account and the address it writes from."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = None
    security: Security = "starttls"  # ``tls``: encrypted from the first byte, ``none``: a mailbox on this machine

    def send(self, key: str, recipient: str, subject: str, text: str, at: datetime) -> Outcome:
        """Send one plain mail to one person; ``key`` becomes the Message-ID, so that a repeat is recognisable.

        ``at`` is the time that the mail states: without a Date many filters take it for junk.
        """
        mail = EmailMessage(policy=SMTP)
        mail["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@orderwatch>"
        mail["Date"] = format_datetime(at)
        mail["From"] = self.sender
        mail["To"] = recipient
        mail["Subject"] = one_line(subject, 200)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        handed_over = accepted = False
        try:
            with self._connect() as server:
                if self.security == "starttls":
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
            return Outcome("not_sent", "the mail server refuses our login; correct the connection", MENDED_BY_A_PERSON)
        except ssl.SSLCertVerificationError:
            return Outcome("not_sent", "the mail server's certificate is not trusted", MENDED_BY_A_PERSON)
        except smtplib.SMTPNotSupportedError as error:
            return Outcome("not_sent", f"the mail server cannot do what we need: {error}", MENDED_BY_A_PERSON)
        except smtplib.SMTPSenderRefused as error:  # our own address, not this mail: a person mends the connection
            if 400 <= error.smtp_code < 600:
                return _not_let_in(error.smtp_code, f"the mail server refuses {_masked(self.sender)} as sender")
            return Outcome("unknown", f"the mail server answered {error.smtp_code}", TRY_AGAIN)
        except smtplib.SMTPResponseException as error:
            if not accepted:  # after that, only the goodbye went wrong
                said = f"the mail server answered {error.smtp_code}"
                if not handed_over or isinstance(error, smtplib.SMTPHeloError):
                    return _not_let_in(error.smtp_code, said)
                if not 400 <= error.smtp_code < 600:  # no refusal: nobody can say what it has done
                    return Outcome("unknown", said, TRY_AGAIN)
                return _no(error.smtp_code, said)
        except (smtplib.SMTPException, OSError) as error:
            if not accepted:
                detail = f"no answer from the mail server ({type(error).__name__})"
                return Outcome("unknown" if handed_over else "not_sent", detail, TRY_AGAIN)
        return Outcome("delivered")

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)


def _no(code: int, detail: str) -> Outcome:
    """A refusal with 4xx is meant to be tried again (greylisting, a full mailbox), 5xx is final."""
    return Outcome("not_sent" if 400 <= code < 500 else "refused", detail, TRY_AGAIN)


def _not_let_in(code: int, detail: str) -> Outcome:
    """A server that turns us away at its door says nothing about the mail, which goes out once that is mended."""
    return Outcome("not_sent", detail, TRY_AGAIN if 400 <= code < 500 else MENDED_BY_A_PERSON)


def _masked(address: str) -> str:
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"
