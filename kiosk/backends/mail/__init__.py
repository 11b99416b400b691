"""A helpdesk that makes tickets from mails: what is reported goes there by SMTP, what is answered is read by IMAP.

`letters` writes our mails, `replies` reads everybody's; `smtp` sends, `mailbox` fetches, both over a `wire` with bounds.
"""

from kiosk.backends.mail.backend import MailBackend

__all__ = ["MailBackend"]
