"""The key with which calls are signed. It has no face that shows a secret."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from shared.domain.spelled_secrets import HEAD, spans

_HIDDEN = b"***"


class Credentials(Struct, frozen=True, kw_only=True):
    """An access key, or a role's short-lived key with its token. Read afresh at each invocation."""

    access_key_id: str
    access_key_secret: str
    security_token: str = ""
    """Empty for an access key of a user."""

    def __repr__(self) -> str:
        kind = "role" if self.security_token else "user"
        return f"Credentials(<{kind}'s key, hidden>)"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Nothing, where msgspec would show rich every field."""
        return []

    def hide_in(self, text: str) -> str:
        """The text without these credentials, in whatever spelling: services quote what they got."""
        known = (self.access_key_secret, self.security_token, self.access_key_id)
        secrets = [one for one in known if one and min(len(one), HEAD) <= len(text)]  # no spelling is shorter
        if not secrets:
            return text
        raw = text.encode("utf-8", "surrogatepass")
        parts: list[bytes] = []
        at = 0
        for first, end in spans(raw, [secret.encode("utf-8", "surrogatepass") for secret in secrets]):
            parts += (raw[at:first], _HIDDEN)
            at = end
        return b"".join((*parts, raw[at:])).decode("utf-8", "surrogatepass") if parts else text
