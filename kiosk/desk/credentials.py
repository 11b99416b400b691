"""Passwords, tokens and signatures; nothing here is ever stored or logged in the clear."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from kiosk.core.errors import StorageError
from kiosk.desk.settings import DeskSettings

COST = {"n": 2**15, "r": 8, "p": 1}
"""About a tenth of a second and 32 MB for each guess."""
_MEMORY = 64 * 1024 * 1024
_SECRET_BYTES = 32
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the characters that look alike on a note."""


def new_password() -> str:
    """Make up a password that can be read out and typed on a phone."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


def new_token() -> str:
    """Make up a terminal's token."""
    return f"kiosk_{secrets.token_urlsafe(32)}"


def hash_password(password: str) -> str:
    """Hash a password for storing, with a salt of its own."""
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_scrypt(password, salt).hex()}"


def is_password(password: str, hashed: str | None) -> bool:
    """Check a password; an unknown person (None) takes as long as a known one."""
    _, salt, digest = (hashed or f"scrypt${'00' * 16}$").split("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), digest)


def hash_token(token: str) -> str:
    """Hash a token; it is random and long, so that one round is enough and it can be looked up by its hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def sign(key: bytes, *parts: str) -> str:
    """Sign `parts`, whose borders count."""
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def is_signature(signature: str, key: bytes, *parts: str) -> bool:
    """Check a signature of ours."""
    return hmac.compare_digest(signature.encode(errors="replace"), sign(key, *parts).encode())


def signing_key(settings: DeskSettings) -> bytes:
    """Read the secret in the data folder, made at the first start. Deleting the file logs everybody out.

    Raises:
        StorageError: it can be neither read nor made.
    """
    path = settings.data / "secret"
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes()
    except OSError as error:
        raise StorageError(f"The desk's secret {path} cannot be used: {error.strerror}") from error
    if len(secret) < _SECRET_BYTES:
        raise StorageError(f"The desk's secret {path} is damaged. Delete it; everybody then logs in again.")
    return secret


def _make_secret(path: Path) -> None:
    draft = path.with_name(f"secret.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
        os.fsync(descriptor)
    with suppress(FileExistsError):  # a second process was faster: its secret is the one
        os.link(draft, path)
    draft.unlink()


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(errors="replace"), salt=salt, maxmem=_MEMORY, dklen=32, **COST)
