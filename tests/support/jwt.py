"""An identity provider of a test: it signs tokens as a real one does, with a made-up key."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

AUDIENCE = "second-wind"
_DIGEST_INFO = {
    "RS256": ("sha256", "3031300d060960864801650304020105000420"),
    "RS384": ("sha384", "3041300d060960864801650304020205000430"),
    "RS512": ("sha512", "3051300d060960864801650304020305000440"),
}


def text_of(content: bytes) -> str:
    """Base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass(frozen=True)
class Issuer:
    """An RSA key of 2048 bits."""

    n: int
    d: int
    kid: str

    @property
    def jwk(self) -> dict[str, str]:
        """The public half."""
        number = text_of(self.n.to_bytes(256, "big"))
        return {"kty": "RSA", "use": "sig", "kid": self.kid, "n": number, "e": "AQAB"}

    @property
    def jwks(self) -> str:
        """The key set that is published."""
        return json.dumps({"keys": [self.jwk]})

    def token(self, whose: str, now: float, *, alg: str = "RS256", **said: Any) -> str:
        """A token of an hour; `said` changes claims, and of the header `kid`, `crit` and what `alg` says."""
        header = {"alg": said.pop("said_alg", alg), "typ": "JWT", "kid": said.pop("kid", self.kid)}
        if "crit" in said:
            header["crit"] = said.pop("crit")
        claims = {"sub": whose, "aud": AUDIENCE, "exp": now + 3600, "iat": now, **said}
        content = ".".join(text_of(json.dumps(part).encode()) for part in (header, claims))
        name, prefix = _DIGEST_INFO[alg]
        digest = bytes.fromhex(prefix) + hashlib.new(name, content.encode()).digest()
        padded = b"\0\1" + b"\xff" * (253 - len(digest)) + b"\0" + digest
        signature = pow(int.from_bytes(padded, "big"), self.d, self.n).to_bytes(256, "big")
        return f"{content}.{text_of(signature)}"


_ISSUER_N = int(
    "b2ac66c48d0a5cea967b68201d6a6ab7b7311739ae8a77ef38454a91a9402d91662cac4614e5b4cf724511bbece692e32437"
    "97da8d3deaf55f1c10c5e39761a975799317a914c2f0b1f00e5af9594dce5cc660a8217c736008b4c08056073034f0131327"
    "91f7ccb5ee659f6bd447f2dc9d6a11d8c3e7bde61ad53c087823910719dc2ef9d76c3ffc3f70096e7c024f25688b57198e5a"
    "f66fce70743ed5342807b35d6f0f248f44a9e63b8d38b550e8989b992a6689633a3f697851a3fd5758668b14aed1e7bbddf3"
    "f95c50f72f72d74dcd371bc71e878ec346b574f02267bebfc24b155caacd946cc6f00c9a1d98ae449fc7bf1e6f4633fdb1ca"
    "82b4e688f31b",
    16,
)
_ISSUER_D = int(
    "300af75f266580f27b2017b17af76056a1e58b4f31457e564e952325e392a42e128134996b8910832f40af320ed338efe68f"
    "243fd9f6aa34ec2c09be8c21ea5abc81c2317c7f5ea385d4fca72da0fbb0df75600c1564f748fd4e4cecb5351d9b3e6a829e"
    "033bd4499f1ea82d4059504e4ded757b09c2486795137d1ef1deee61bd435e2812a1a995a876d6812a32820895c31e52a6c6"
    "9b08a103c9ee304b040735d4dfc4d1c07d5740be11e24cda905afc5377a02ee3e5446862d7e67a9506e7c5728eabf6823956"
    "3e29c3bedd29880a7b295834cbc5e7b511ecbdeeee0f84b6e19f87a877f1fe12eb506454397f5a1181e1f303668683757adc"
    "0bdf857dd271",
    16,
)
_OTHER_ISSUER_N = int(
    "c4cbb4d6cd27f5d84699aafedc604030ece23e55fb9f4670c38f4f6557d9dde2f6272092928377d93f39206edf2d53ca0b67"
    "20dc3eb07e75f7c6d1a7910dbb3db7c5fd1fdd6311a3c1df328fdd93d791c5e01e142311ae13367861bbcd4d33166ef47252"
    "8c6cd622e0ff5b0c6d7588840e0247cf0839bf950566d023575b53361e8dde99df392bbd1bd77a879557212998a8f69ec07b"
    "ff856b47e8692904212be2fba6e5878569ba63d00f774ccc4599875516c7a99ed05f97c8b478241fe02829e45664f7e2d700"
    "dc5eabced4c1fce14272ce3157d32e707503ffa5f247eaea8e6a6f5187d0761b5af898ee0c958e411796231cb9419ccaf526"
    "99ebe3be017b",
    16,
)
_OTHER_ISSUER_D = int(
    "9e6aad044cd9e2195b9bcffea14009ec58843751d7dffb4042ec56296a72c31f34af8294fac441f1ebe6fca8c397255ffb95"
    "e4e9e6bd04cfc9c98e73a95cb86192521ad54fcdb42172ab4d746a15dcee47af860707c3efb11fa40068c17767aca35cbbba"
    "9fb7ed18deae3088ec843484b91234e3ffe71cc5c537624d50c0ff55a29457350ad5c6cfd88714a6bf488444ed2d9c7797a1"
    "f0ece4dc8b9ef599a05222819a5eb46e0445b8649f6ddac652bd5937f20b5e27568ed0ca7da6df7d40d0370307cbb1240b64"
    "5364cfc6a157ace0240a6f4f7be22b1bcd901c21786f4bad0572d05d625b36ca495e73a93f82e516460f9c6da52f92e7ce3c"
    "7a282f96b3c1",
    16,
)
ISSUER = Issuer(_ISSUER_N, _ISSUER_D, "k1")
"""Whom the console believes."""
OTHER_ISSUER = Issuer(_OTHER_ISSUER_N, _OTHER_ISSUER_D, "k2")
"""Whom it does not know."""
