"""Tokens of an identity provider: what the right key signed for us counts, and nothing else."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from shared.reading.jwt import MAX_TOKEN_CHARS, BadToken, claims_of, parse_jwks
from tests.support.jwt import AUDIENCE, ISSUER, OTHER_ISSUER, Issuer, text_of

NOW = 1_900_000_000.0
KEYS = parse_jwks(ISSUER.jwks)


def test_what_the_provider_signed_counts() -> None:
    """With each hash, and whether the key has an id or not."""
    for alg in ("RS256", "RS384", "RS512"):
        assert claims_of(ISSUER.token("ann", NOW, alg=alg), KEYS, AUDIENCE, NOW).sub == "ann"
    nameless = parse_jwks(json.dumps({"keys": [{**ISSUER.jwk, "kid": ""}, {"kty": "EC"}]}))
    assert claims_of(ISSUER.token("ann", NOW), nameless, AUDIENCE, NOW).sub == "ann"
    assert claims_of(ISSUER.token("ann", NOW, aud=["x", AUDIENCE]), KEYS, AUDIENCE, NOW).sub == "ann"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 61},
        {"nbf": NOW + 61},
        {"aud": "another"},
        {"aud": []},
        {"sub": ""},
        {"sub": 7},
        {"exp": "later"},
        {"exp": None},
    ],
)
def test_a_token_for_another_time_or_application_proves_nothing(claims: dict[str, Any]) -> None:
    """Signed or not."""
    with pytest.raises(BadToken):
        claims_of(ISSUER.token("ann", NOW, **claims), KEYS, AUDIENCE, NOW)


def test_clocks_may_differ_by_a_minute() -> None:
    """Either way."""
    assert claims_of(ISSUER.token("ann", NOW, exp=NOW - 59, nbf=NOW + 59), KEYS, AUDIENCE, NOW).sub == "ann"


@pytest.mark.parametrize("alg", ["none", "HS256", "ES256", "", "rs256"])
def test_an_algorithm_that_the_token_chose_is_not_followed(alg: str) -> None:
    """`none`, or a public key taken for a shared secret: the classical ways to forge one."""
    with pytest.raises(BadToken, match="nobody"):
        claims_of(ISSUER.token("ann", NOW, said_alg=alg), KEYS, AUDIENCE, NOW)


def test_a_key_signs_by_its_own_algorithm_alone() -> None:
    """Where the set names one; a key that encrypts signs nothing, and one for a kind that is not taken is left out."""
    bound = parse_jwks(json.dumps({"keys": [{**ISSUER.jwk, "alg": "RS512"}, {**OTHER_ISSUER.jwk, "use": "enc"}]}))
    assert len(bound) == 1
    assert claims_of(ISSUER.token("ann", NOW, alg="RS512"), bound, AUDIENCE, NOW).sub == "ann"
    for token in (ISSUER.token("ann", NOW), OTHER_ISSUER.token("ann", NOW)):
        with pytest.raises(BadToken, match="nobody"):
            claims_of(token, bound, AUDIENCE, NOW)
    with pytest.raises(ValueError, match="wants a JSON Web Key Set"):
        parse_jwks(json.dumps({"keys": [{**ISSUER.jwk, "alg": "PS256"}]}))


def test_who_issued_it_counts_where_it_is_said() -> None:
    """Providers sign for many tenants with the same keys."""
    ours = ISSUER.token("ann", NOW, iss="https://login.example/ours")
    assert claims_of(ours, KEYS, AUDIENCE, NOW, "https://login.example/ours").sub == "ann"
    for token in (ISSUER.token("ann", NOW, iss="https://login.example/theirs"), ISSUER.token("ann", NOW)):
        with pytest.raises(BadToken, match="somebody else"):
            claims_of(token, KEYS, AUDIENCE, NOW, "https://login.example/ours")


def test_no_audience_is_nobodys() -> None:
    """Also where a token names none."""
    with pytest.raises(BadToken):
        claims_of(ISSUER.token("ann", NOW, aud=""), KEYS, "", NOW)


def test_another_key_proves_nothing() -> None:
    """Also under the id of ours, or where ours is not named."""
    for kid in (ISSUER.kid, "", "unknown"):
        with pytest.raises(BadToken, match="nobody"):
            claims_of(Issuer(OTHER_ISSUER.n, OTHER_ISSUER.d, kid).token("ann", NOW), KEYS, AUDIENCE, NOW)
    with pytest.raises(BadToken, match="nobody"):
        claims_of(ISSUER.token("ann", NOW, kid="unknown"), KEYS, AUDIENCE, NOW)


def test_no_part_of_a_token_can_be_changed() -> None:
    """Claims under another signature; a signature that is a little or much different; critical extensions."""
    header, claims, mac = ISSUER.token("ann", NOW).split(".")
    _, others, _ = ISSUER.token("bob", NOW).split(".")
    forged = [
        f"{header}.{others}.{mac}",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        f"{header}.{claims}.{mac}.",
        f"{header}.{claims}.{text_of(b'0' * 256)}",
        f"{header}.{claims}.{text_of(b'f' * 257)}",
        f"{header}.{claims}.{text_of(bytes([255]) * 256)}",
        f"{header}.{claims}.é",
        f"!.{claims}.{mac}",
        f"{text_of(b'{')}.{claims}.{mac}",
        "x" * 7000,
        "",
    ]
    for token in [*forged, ISSUER.token("ann", NOW, crit=["b64"])]:
        with pytest.raises(BadToken):
            claims_of(token, KEYS, AUDIENCE, NOW)


@pytest.mark.parametrize(
    "jwks",
    [
        "",
        "[]",
        '{"keys": []}',
        '{"keys": [{"kty": "oct", "k": "AAAA"}]}',
        '{"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}]}',
        '{"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}',
        json.dumps({"keys": [{**ISSUER.jwk, "e": "AQ"}]}),
        json.dumps({"keys": [ISSUER.jwk] * 17}),
    ],
)
def test_a_key_set_that_protects_nothing_is_refused(jwks: str) -> None:
    """No key, a short one, one whose power is the number itself."""
    with pytest.raises(ValueError, match="wants a JSON Web Key Set"):
        parse_jwks(jwks)


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({"exp": NOW - 60}, False),
        ({"exp": NOW - 59.9}, True),
        ({"nbf": NOW + 60}, True),
        ({"nbf": NOW + 60.1}, False),
    ],
)
def test_a_minute_and_no_more(claims: dict[str, Any], *, counts: bool) -> None:
    """The moment of its end excluded, that of its beginning not."""
    token = ISSUER.token("ann", NOW, **claims)
    if counts:
        assert claims_of(token, KEYS, AUDIENCE, NOW).sub == "ann"
    else:
        with pytest.raises(BadToken, match="time is over"):
            claims_of(token, KEYS, AUDIENCE, NOW)


def test_a_token_is_as_long_as_a_header_may_be() -> None:
    """Just that, and not a sign more."""
    padded = [ISSUER.token("ann", NOW, pad="x" * size) for size in range(4190, 4240)]
    (longest, *_) = [one for one in padded if len(one) == MAX_TOKEN_CHARS]
    longer = next(one for one in padded if len(one) > MAX_TOKEN_CHARS)
    assert claims_of(longest, KEYS, AUDIENCE, NOW).sub == "ann"
    with pytest.raises(BadToken, match="no signed token"):
        claims_of(longer, KEYS, AUDIENCE, NOW)


def test_where_nobody_is_asked_for_any_issuer_of_the_keys_counts() -> None:
    """And a token that names no key is tried with each."""
    assert claims_of(ISSUER.token("ann", NOW, iss="https://login.example/any"), KEYS, AUDIENCE, NOW).sub == "ann"
    both = parse_jwks(json.dumps({"keys": [OTHER_ISSUER.jwk, ISSUER.jwk]}))
    assert claims_of(ISSUER.token("ann", NOW, kid=""), both, AUDIENCE, NOW).sub == "ann"
    with pytest.raises(BadToken, match="nobody"):
        claims_of(ISSUER.token("ann", NOW, kid=OTHER_ISSUER.kid), both, AUDIENCE, NOW)


def _jwks(modulus: int, exponent: int = 65_537, times: int = 1) -> str:
    texts = [text_of(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (modulus, exponent)]
    return json.dumps({"keys": [{"kty": "RSA", "n": texts[0], "e": texts[1]}] * times})


_ODD = ISSUER.n


@pytest.mark.parametrize(
    ("jwks", "fits"),
    [
        (_jwks(_ODD, 3), True),
        (_jwks(_ODD, 2), False),
        (_jwks(_ODD, 4), False),
        (_jwks(_ODD, (1 << 32) - 1), True),
        (_jwks(_ODD, (1 << 32) + 1), False),
        (_jwks(_ODD, times=16), True),
        (_jwks(_ODD - 1), False),
        (_jwks((1 << 2047) + 1), True),
        (_jwks((1 << 2046) + 1), False),
        (_jwks((1 << 8191) + 1), True),
        (_jwks((1 << 8192) + 1), False),
    ],
)
def test_which_keys_protect(jwks: str, *, fits: bool) -> None:
    """Odd numbers of 2048 to 8192 bits, odd exponents from 3 to 32 bits, sixteen at most."""
    if fits:
        assert parse_jwks(jwks)
    else:
        with pytest.raises(ValueError, match="wants a JSON Web Key Set"):
            parse_jwks(jwks)


def test_a_signature_has_one_spelling() -> None:
    """Neither a zero before it nor the modulus added to it, which means the same number."""
    for name in ("ann", "bob", "cy", "dee", "eve", "fay"):
        content, _, mac = ISSUER.token(name, NOW).rpartition(".")
        number = int.from_bytes(base64.urlsafe_b64decode(mac + "=="), "big")
        others = [number.to_bytes(257, "big"), (number + ISSUER.n).to_bytes(257, "big")]
        if number + ISSUER.n < 1 << 2048:
            others.append((number + ISSUER.n).to_bytes(256, "big"))
        assert claims_of(f"{content}.{mac}", KEYS, AUDIENCE, NOW).sub == name
        for other in others:
            with pytest.raises(BadToken, match="nobody"):
                claims_of(f"{content}.{text_of(other)}", KEYS, AUDIENCE, NOW)
        if len(others) == 3:
            return
    pytest.fail("no signature was small enough")


@pytest.mark.parametrize("sign", ["!", "\n", " ", "=", "é", "\0"])
def test_no_sign_that_is_none_of_base64_is_passed_over(sign: str) -> None:
    """Wherever it stands: what others would read otherwise proves nothing."""
    token = ISSUER.token("ann", NOW)
    header, claims, mac = token.split(".")
    for place in (4, len(header) + 5, len(header) + len(claims) + 6):
        with pytest.raises(BadToken):
            claims_of(token[:place] + sign + token[place:], KEYS, AUDIENCE, NOW)
    for times in (1, 4):  # of four the padding is right
        with pytest.raises(BadToken, match="no signed token"):
            claims_of(f"{header}.{claims}.{mac[:8]}{sign * times}{mac[8:]}", KEYS, AUDIENCE, NOW)


def test_one_poor_key_spoils_the_set() -> None:
    """Beside a good one as well."""
    poor = json.loads(_jwks((1 << 2046) + 1))["keys"]
    with pytest.raises(ValueError, match="wants a JSON Web Key Set"):
        parse_jwks(json.dumps({"keys": [ISSUER.jwk, *poor]}))
