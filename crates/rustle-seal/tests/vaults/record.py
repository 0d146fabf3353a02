#!/usr/bin/env python3
"""Writes the corpus of vaults with ansible-core's own code: `pip install ansible-core`, then run this file.

For each case `NAME.vault` is what ansible-vault wrote, or what somebody made of it, and `NAME.expected` is what ansible
itself says: `text` and the plaintext in base64, or `error`. The passwords are those of PASSWORDS, tried in that order.
Vaults have random salts: running this again writes other bytes that must pass the same test.
"""

import base64
import pathlib

from ansible import __version__
from ansible.parsing.vault import VaultLib, VaultSecret

FOLDER = pathlib.Path(__file__).parent
PASSWORDS = [("default", b"correct horse"), ("prod", b"battery staple\xc3\xa9")]
VAULT = VaultLib([(name, VaultSecret(password)) for name, password in PASSWORDS])


def encrypted(plain, which=0, vault_id=None):
    name, password = PASSWORDS[which]
    return VAULT.encrypt(plain, VaultSecret(password), vault_id=vault_id)


def body(text):
    header, rest = text.split(b"\n", 1)
    return header, rest.replace(b"\n", b"")


def rewrapped(header, digits, width=80, end=b"\n"):
    lines = [digits[at : at + width] for at in range(0, len(digits), width)]
    return header + end + end.join(lines) + end


def inner(text):
    """The three lines of digits inside of the digits."""
    header, digits = body(text)
    return header, bytes.fromhex(digits.decode()).split(b"\n", 2)


def outer(header, parts):
    return rewrapped(header, b"\n".join(parts).hex().encode())


def cases():
    plain = b"db_password: hunter2\n"
    one = encrypted(plain)
    two = encrypted(plain, vault_id="default")
    prod = encrypted(b"s\xc3\xa9cret", which=1, vault_id="prod")
    header, digits = body(one)
    _, parts = inner(one)
    yield "format-1.1", one
    yield "format-1.2-id", two
    yield "format-1.2-other-id", prod
    yield "format-1.2-wrong-id", prod.replace(b";prod", b";nobody")
    yield "format-1.1-other-password", encrypted(b"x", which=1)
    yield "unknown-password", VaultLib().encrypt(plain, VaultSecret(b"never told"))
    yield "empty-text", encrypted(b"")
    yield "sixteen-bytes", encrypted(b"0123456789abcdef")
    yield "binary", encrypted(bytes(range(256)) * 4)
    yield "long", encrypted(b"a line of a long file\n" * 200)
    yield "windows-lines", one.replace(b"\n", b"\r\n")
    yield "old-mac-lines", one.replace(b"\n", b"\r")
    yield "no-end", one.rstrip(b"\n")
    yield "one-line", rewrapped(header, digits, width=len(digits))
    yield "narrow-lines", rewrapped(header, digits, width=10)
    yield "capital-digits", rewrapped(header, digits.upper())
    yield "spaces-in-header", one.replace(b"$ANSIBLE_VAULT;1.1;AES256", b"$ANSIBLE_VAULT; 1.1 ;AES256 ")
    yield "format-1.0", one.replace(b";1.1;", b";1.0;")
    yield "format-9.9", one.replace(b";1.1;", b";9.9;")
    yield "cipher-AES", one.replace(b";AES256", b";AES")
    yield "header-only", header + b"\n"
    yield "no-cipher", one.replace(b";AES256", b"")
    yield "bad-digit", rewrapped(header, b"zz" + digits[2:])
    yield "odd-digits", rewrapped(header, digits[:-1])
    yield "cut-in-half", rewrapped(header, digits[: len(digits) // 4 * 2])
    yield "cut-last-block", outer(header, [parts[0], parts[1], parts[2][:-32]])
    yield "no-text", outer(header, [parts[0], parts[1], b""])
    yield "two-lines", outer(header, parts[:2])
    yield "bad-salt-digit", outer(header, [b"zz" + parts[0][2:], parts[1], parts[2]])
    yield "flipped-salt", outer(header, [flipped(parts[0]), parts[1], parts[2]])
    yield "flipped-code", outer(header, [parts[0], flipped(parts[1]), parts[2]])
    yield "flipped-text", outer(header, [parts[0], parts[1], flipped(parts[2])])
    yield "short-code", outer(header, [parts[0], parts[1][:32], parts[2]])
    yield "long-code", outer(header, [parts[0], parts[1] + b"00", parts[2]])
    yield "huge-salt", outer(header, [b"5a" * 8_000, parts[1], parts[2]])
    yield "no-salt", outer(header, [b"", parts[1], parts[2]])


def flipped(digits):
    return (b"1" if digits[:1] != b"1" else b"2") + digits[1:]


def expected(text):
    try:
        return b"text " + base64.b64encode(VAULT.decrypt(text)) + b"\n"
    except Exception:  # Whatever it is: ansible refuses.
        return b"error\n"


for name, text in cases():
    (FOLDER / f"{name}.vault").write_bytes(text)
    (FOLDER / f"{name}.expected").write_bytes(expected(text))
(FOLDER / "ansible-core").write_text(__version__ + "\n")
