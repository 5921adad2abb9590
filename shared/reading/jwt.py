"""JSON Web Tokens that an identity provider signed: RS256, RS384 and RS512 (RFC 7518, RFC 7519). Pure, bounded.

Function Compute's gateway checks them before the function is called, and hands claims on as plain headers
(https://www.alibabacloud.com/help/en/functioncompute/fc/configure-jwt-authentication-for-an-http-trigger). A header is
anybody's word where the trigger is not the one that was meant, so the token itself is checked here once more: with
public keys this takes one modular power.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

import msgspec
from msgspec import Struct

from shared.domain.errors import ActRefused

MAX_TOKEN_CHARS = 6144
"""Function Compute takes headers of 8 KB."""
MAX_KEYS = 16
LEAST_BITS, MOST_BITS = 2048, 8192
LEEWAY_S = 60.0
"""How far the clocks of issuer and function may differ."""
_HASHES = {"RS256": hashlib.sha256, "RS384": hashlib.sha384, "RS512": hashlib.sha512}
# DER of `DigestInfo` up to the digest itself: RFC 8017, section 9.2, note 1.
_PREFIXES = {
    "RS256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "RS384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "RS512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


class BadToken(ActRefused):
    """The token proves nothing."""


class PublicKey(Struct, frozen=True):
    """An RSA key of the identity provider."""

    modulus: int
    exponent: int
    kid: str = ""
    """Its id; empty: it has none."""
    alg: str = ""
    """The one algorithm that it signs by; empty: it does not say."""


class Claims(Struct, frozen=True, kw_only=True):
    """What a checked token says."""

    sub: str
    exp: float
    nbf: float = 0.0
    iss: str = ""
    aud: str | list[str] = ""

    def meant_for(self, audience: str) -> bool:
        """Whether that audience is among those that it was issued for."""
        return audience in ([self.aud] if isinstance(self.aud, str) else self.aud)


class _Header(Struct):
    alg: str
    kid: str = ""
    crit: Any = None


class _Jwk(Struct):
    kty: str
    n: str = ""
    e: str = ""
    kid: str = ""
    alg: str = ""
    use: str = "sig"

    @property
    def signs(self) -> bool:
        """Whether it may be one that signs tokens of ours: a set also has keys that encrypt, or of other kinds."""
        return self.kty == "RSA" and self.use == "sig" and (not self.alg or self.alg in _HASHES)


class _Jwks(Struct):
    keys: list[_Jwk]


def parse_jwks(text: str) -> tuple[PublicKey, ...]:
    """The RSA keys of a JSON Web Key Set (RFC 7517). Raises ValueError, whose text does not repeat the value."""
    wanted = f"wants a JSON Web Key Set with 1 to {MAX_KEYS} RSA keys that sign, of {LEAST_BITS} to {MOST_BITS} bits"
    try:
        told = msgspec.json.decode(text, type=_Jwks).keys
        keys = tuple(PublicKey(_number(key.n), _number(key.e), key.kid, key.alg) for key in told if key.signs)
    except (msgspec.DecodeError, BadToken):
        raise ValueError(wanted) from None
    if not 1 <= len(keys) <= MAX_KEYS or not all(map(_usable, keys)):
        raise ValueError(wanted)
    return keys


def claims_of(token: str, keys: tuple[PublicKey, ...], audience: str, now: float, issuer: str = "") -> Claims:
    """What the token says.

    Args:
        token: as it came.
        keys: of the identity provider.
        audience: for whom it must be issued; not empty.
        now: unix seconds.
        issuer: who must have issued it; empty: whoever has one of the keys.

    Raises:
        BadToken: none of the keys signed it, its time is over or has not begun, or it was issued for somebody else.
    """
    parts = token.split(".") if len(token) <= MAX_TOKEN_CHARS else []
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature: RFC 7515
        raise BadToken("this is no signed token")
    try:
        header = msgspec.json.decode(_bytes(parts[0]), type=_Header)
        if not _signed(header, f"{parts[0]}.{parts[1]}".encode(), _bytes(parts[2]), keys):
            raise BadToken("nobody who is known has signed this token")
        claims = msgspec.json.decode(_bytes(parts[1]), type=Claims)
    except (msgspec.DecodeError, UnicodeError):
        raise BadToken("this is no signed token") from None
    if not claims.nbf - LEEWAY_S <= now < claims.exp + LEEWAY_S:
        raise BadToken("this token's time is over, or has not begun")
    if issuer and claims.iss != issuer:
        raise BadToken("this token was issued by somebody else")
    if not claims.sub or not audience or not claims.meant_for(audience):
        raise BadToken("this token was issued for another application, or for nobody")
    return claims


def _signed(header: _Header, content: bytes, mac: bytes, keys: tuple[PublicKey, ...]) -> bool:
    """Whether a key that may be meant made the signature, RSASSA-PKCS1-v1_5: the whole encoding is compared."""
    if header.alg not in _HASHES or header.crit is not None:
        return False
    digest = _PREFIXES[header.alg] + _HASHES[header.alg](content).digest()
    by_id = [key for key in keys if not header.kid or not key.kid or key.kid == header.kid]
    meant = [key for key in by_id if not key.alg or key.alg == header.alg]
    return any(_opens_to(key, mac, digest) for key in meant)


def _opens_to(key: PublicKey, mac: bytes, digest: bytes) -> bool:
    size = (key.modulus.bit_length() + 7) // 8
    number = int.from_bytes(mac, "big")
    if len(mac) != size or number >= key.modulus:
        return False
    wanted = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    return hmac.compare_digest(pow(number, key.exponent, key.modulus).to_bytes(size, "big"), wanted)


def _usable(key: PublicKey) -> bool:
    fits = LEAST_BITS <= key.modulus.bit_length() <= MOST_BITS
    return fits and key.modulus % 2 == 1 and 3 <= key.exponent < 1 << 32 and key.exponent % 2 == 1  # noqa: PLR2004


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadToken("this is no signed token") from None
