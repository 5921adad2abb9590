"""Credentials show themselves nowhere."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest

from shared.domain.credentials import Credentials
from shared.domain.spelled_secrets import HEAD, LAYERS, needles
from tests.support.growth import LINEAR, growth

KEY = Credentials(access_key_id="the-id", access_key_secret="the/secret", security_token="the token")


@pytest.mark.parametrize("shown", [repr(KEY), str(KEY), f"{KEY}", f"{KEY!r}", f"{[KEY]}", str(KEY.__rich_repr__())])
def test_no_face_shows_a_secret(shown: str) -> None:
    """Not in logs, errors or tables."""
    assert not any(secret in shown for secret in ("the-id", "the/secret", "the token"))


def test_credentials_say_whose_key_they_are() -> None:
    """A role's comes with a token."""
    assert "role" in repr(KEY)
    assert "user" in repr(Credentials(access_key_id="a", access_key_secret="b"))


def test_secrets_are_hidden_in_text_plain_or_encoded() -> None:
    """What a service quotes back is cleaned; the rest of the text stays."""
    assert KEY.hide_in("a the/secret b the-id") == "a *** b ***"
    assert Credentials(access_key_id="the-id", access_key_secret="/").hide_in("a/b") == "a***b", "however short"
    assert KEY.hide_in("a the/secret b the%2Fsecret c the%20token d the-id e") == "a *** b *** c *** d *** e"


@pytest.mark.parametrize(
    "spelling",
    [
        "the/secret",
        "the%2Fsecret",
        "the%2fsecret",
        "the%252Fsecret",
        "the%25252fsecret",
        "%74%68%65%2F%73%65%63%72%65%74",
        "%74he/secret",
        "the+token",
        "the%20token",
        "the\\/secret",
        "the\\\\/secret",
        "the\\u002Fsecret",
        "\\u0074he/secret",
        "the&#47;secret",
        "the&#x2f;secret",
        "the%25%32%46secret",
        "%25%37%34he/secret",
        "the%u002Fsecret",
        "the\\x2Fsecret",
        "the\\U0000002fsecret",
        "the&sol;secret",
        "&#116;&#104;&#101;&#47;secret",
        "the%26%2347%3Bsecret",
        "the&amp;#47;secret",
        "the\\u00252Fsecret",
        "the/\r\n\t secret",
        "the/\\nsecret",
        "the/\\\\r\\\\nsecret",
        "the%0A/secret",
        "the/&#10;secret",
        "7468652f736563726574",
        "7468652F736563726574",
        "74 68 65 2f 73 65 63 72 65 74",
        "74%2068%2065%202F%2073%2065%2063%2072%2065%2074",
        "the+tok\nen",
    ],
)
def test_every_spelling_is_hidden(spelling: str) -> None:
    """Percent-encoded in upper and lower case, twice, everything or next to nothing, as a form's; in JSON and HTML."""
    assert KEY.hide_in(f"[{spelling}]") == "[***]"


@pytest.mark.parametrize("cut_off", [HEAD, 13, 24])
@pytest.mark.parametrize("encode", [str, lambda text: quote(text, safe=""), lambda text: text.encode().hex()])
def test_what_was_cut_short_is_hidden_as_far_as_it_goes(cut_off: int, encode: Callable[[str], str]) -> None:
    """Services shorten what they quote."""
    secret = "a+/=bcdefghijklmnopqrstuvwxyz"
    key = Credentials(access_key_id="the-id", access_key_secret=secret)
    for end in ("", "...", "\u2026 (cut)"):
        assert key.hide_in(f"token {encode(secret[:cut_off])}{end}") == f"token ***{end}"
    assert key.hide_in(encode(secret[:cut_off])) == "***", "where a text begins as well"
    assert key.hide_in(secret[:5]) == secret[:5], "so few begin other words as well"


def test_a_secret_behind_its_own_beginning_is_hidden_whole() -> None:
    """What looked as if it were cut short begins again before its end."""
    key = Credentials(access_key_id="i", access_key_secret="abcabcabcabcabcX")
    assert key.hide_in("[abcabcabcabcabcabcX]") == "[***]"


@pytest.mark.parametrize("width", [20, 76])
def test_base64_in_lines_shows_nothing_of_a_secret_but_its_edges(width: int) -> None:
    """As MIME breaks it."""
    key = Credentials(access_key_id="the-id", access_key_secret="s3cr+t/" * 20)
    told = base64.b64encode(f"user:{key.access_key_secret}:x".encode()).decode()
    lines = "\r\n".join(told[at : at + width] for at in range(0, len(told), width))
    assert len(key.hide_in(lines).replace("***", "")) <= 16


def test_hiding_takes_linear_time() -> None:
    """A text that almost matches at every place."""
    token = "a" * 1_000
    key = Credentials(access_key_id="i", access_key_secret="s", security_token=token)
    assert growth(lambda size: key.hide_in("%2525252" * size), 20_000) < LINEAR
    assert growth(lambda size: key.hide_in(f"{'a' * 12}b" * size), 2_000) < LINEAR
    assert growth(lambda size: key.hide_in("\\n\r\n " * size), 20_000) < LINEAR
    assert growth(lambda size: key.hide_in("s" + "\\\\n\n \\r" * size), 20_000) < LINEAR


@pytest.mark.parametrize(
    ("end", "kept"), [("\n", "\n"), ("\r\n  ", "\r\n  "), ("\n\n\t", "\n\n\t"), (" \n", " \n"), (" ", " ")]
)
def test_the_line_behind_a_secret_stays_a_line(end: str, kept: str) -> None:
    """Each check of the doctor is a line of its own, also where one ends with the key."""
    assert KEY.hide_in(f"begun with the/secret{end}next") == f"begun with ***{kept}next"
    assert KEY.hide_in(f"the/\n  secret{end}") == f"***{kept}"
    ends_in_plus = Credentials(access_key_id="the-id", access_key_secret="secret+")
    assert ends_in_plus.hide_in("a secret b secret+\nc") == "a ***b ***\nc"


@pytest.mark.parametrize("end", ["\\n", "\\r\\n", "\\\\n", "\\n\n ", "\n\\\\\\\\r", " \\n"])
def test_an_escaped_end_of_a_line_stays_as_well(end: str) -> None:
    """As JSON writes it; where a secret ends in those very signs, nothing of it is shown."""
    assert KEY.hide_in(f'{{"said": "the/secret{end}Next"}}') == f'{{"said": "***{end}Next"}}'
    assert KEY.hide_in(f"the/{end.strip()}%73ecret{end}Next") == f"***{end}Next"
    ends_so = Credentials(access_key_id="the-id", access_key_secret=f"the/secret{end}")
    assert ends_so.hide_in(f"a the/secret{end}.") == "a ***."


def test_an_empty_token_hides_nothing() -> None:
    """A user's key has no token, and the empty text stands everywhere."""
    user = Credentials(access_key_id="the-id", access_key_secret="the/secret")
    assert user.hide_in("plain") == "plain"


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_shows_nothing_of_a_secret_but_its_edges(before: str, encode: Callable[[bytes], bytes]) -> None:
    """Wherever it stands in what was encoded, as a user's name before it in `Basic`; also below another encoding."""
    key = Credentials(access_key_id="the-id", access_key_secret="ab+?>~longer/secret")
    told = encode(f"{before}{key.access_key_secret}:x".encode()).decode()
    for text in (told, quote(told, safe="")):
        hidden = key.hide_in(f"[{text}]")
        assert "***" in hidden
        assert len(hidden.replace("***", "").removeprefix("[").removesuffix("]")) <= len(text) - len(told) + 10
    assert key.hide_in("YW5vdGhlciBsb25nZXIgdGV4dA==") == "YW5vdGhlciBsb25nZXIgdGV4dA=="


def test_what_is_looked_for_in_base64_is_what_every_neighbour_leaves() -> None:
    """Of a secret of eight bytes ten signs, in three places; of seven nothing, for nine stand in other words too.

    Of hexadecimal nothing of a secret of four bytes.
    """
    assert {needle for needle in needles(b"pass>?wd") if not needle.startswith(b"70")} == {
        b"pass>?wd",
        b"cGFzcz4/d2",
        b"Bhc3M+P3dk",
        b"wYXNzPj93Z",
        *(b"cGFzcz4_d2", b"Bhc3M-P3dk"),
    }
    assert set(needles(b"pass>?w")) == {
        b"pass>?w",
        *(b"706173733e3f77", b"706173733E3F77"),
        *(b"70+61+73+73+3e+3f+77", b"70+61+73+73+3E+3F+77"),
    }
    assert set(needles(b"12345")) == {b"12345", b"3132333435", b"31+32+33+34+35"}
    assert needles(b"a b") == (b"a+b",)
    assert needles(b"a bc") == (b"a+bc",)


def test_so_many_layers_are_undone_and_no_more() -> None:
    """Each here is undone for itself; the last sign that there is, is one too."""
    nested = ["the&#47;secret"]
    for sign, code in (("&", "%26"), ("%", "\\u0025"), ("\\", "&#92;"), ("&", "%26")):
        nested.append(nested[-1].replace(sign, code))
    assert [KEY.hide_in(text) for text in nested] == ["***"] * LAYERS + nested[LAYERS:]
    assert Credentials(access_key_id="i", access_key_secret="s\U0010ffff").hide_in("s\\U0010ffff") == "***"


def test_of_a_text_that_is_shorter_than_a_secret_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No spelling is shorter."""
    asked: list[list[bytes]] = []

    def spans(_: bytes, secrets: list[bytes]) -> list[tuple[int, int]]:
        asked.append(secrets)
        return []

    monkeypatch.setattr("shared.domain.credentials.spans", spans)
    key = Credentials(access_key_id="i" * 24, access_key_secret="s" * 30, security_token="t" * 900)
    assert (key.hide_in("OK"), key.hide_in("x" * (HEAD - 1)), asked) == ("OK", "x" * (HEAD - 1), [])
    assert key.hide_in("x" * HEAD) == "x" * HEAD
    assert [len(one) for one in asked] == [3], "it may be cut short"
    asked.clear()
    Credentials(access_key_id="i" * 11, access_key_secret="").hide_in("x" * 11)
    assert asked == [[b"i" * 11]]


@pytest.mark.parametrize("text", [r"\U00110000 \x4 %4 %u12 &#1114112; &#xFFFFF; &nbsp;", "\ud800 %", "ä%C3%A4 the%2"])
def test_what_stands_for_no_sign_stays(text: str) -> None:
    """Also beside a secret, and to the last byte."""
    assert KEY.hide_in(text) == text
    assert KEY.hide_in(f"{text}the%2Fsecret{text}") == f"{text}***{text}"


def test_secrets_that_overlap_are_hidden_as_one() -> None:
    """The one in the other, and the end of the one with the begin of the other."""
    key = Credentials(access_key_id="secret", access_key_secret="a/secret", security_token="ret/b")
    assert [key.hide_in(text) for text in ("[a/secret]", "[a%2Fsecret/b]", "[ret/ba/secret]")] == [
        "[***]",
        "[***]",
        "[******]",
    ]


def test_signs_that_are_no_letters_are_hidden_as_html_writes_them() -> None:
    """In decimal and hexadecimal, of a key that no other text has asked about."""
    key = Credentials(access_key_id="html-id", access_key_secret="html;secret")
    assert key.hide_in("a html&#59;secret b html&#x3B;secret c html&#45;id") == "a *** b *** c ***"
