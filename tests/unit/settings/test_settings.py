"""The environment, checked once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import SettingsError
from shared.domain.mode import Mode
from shared.settings import Endpoint, RedisUrl, Settings, SqliteUrl, parse_ledger_url, read_settings
from shared.settings.console import ConsoleSettings
from shared.settings.plaintext import unencrypted
from tests.support.jwt import ISSUER

_LEAST = {
    "SECONDWIND_OUTCOME_PROJECT": "sw",
    "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
    "SECONDWIND_LEDGER_URL": "sqlite:///var/lib/secondwind.db",
} | {"SECONDWIND_OUTCOME_PROJECT": "sw-outcomes"}
_NAMES = [
    *_LEAST,
    "SECONDWIND_EHPC_ENDPOINT",
    "SECONDWIND_SCHEDULERX_ENDPOINT",
    "SECONDWIND_SLS_ENDPOINT",
    "SECONDWIND_POLICY_FILE",
    "SECONDWIND_MODE",
    "SECONDWIND_TIME_ZONE",
    "SECONDWIND_PLAINTEXT",
    "SECONDWIND_LINK_SECRET",
    "SECONDWIND_CONSOLE_URL",
    "SECONDWIND_CONSOLE_JWKS",
]
_ROOT = Path(__file__).resolve().parents[3]


def _read(region: str = "cn-hangzhou", **more: str) -> Settings:
    return read_settings({**_LEAST, **{f"SECONDWIND_{name}": value for name, value in more.items()}}, region)


def _bad(environ: dict[str, str], region: str = "cn-hangzhou") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(environ, region)
    return [fault.path for fault in caught.value.faults]


def test_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is not set is as docs/reference.md#settings says, wherever the process was started."""
    monkeypatch.chdir(tmp_path)
    settings = _read()
    assert settings.endpoint("ehpc", "cn-hangzhou").url == "https://ehpc.cn-hangzhou.aliyuncs.com"
    assert settings.sls.url == "https://cn-hangzhou-intranet.log.aliyuncs.com"
    assert settings.ledger == SqliteUrl("/var/lib/secondwind.db")
    assert settings.policy_file == _ROOT / "policy.yaml"
    assert settings.policy_file.is_file()
    assert settings.mode is None
    assert settings.time_zone.key == "Asia/Shanghai"
    assert (settings.outcome_project, settings.outcome_logstore) == ("sw-outcomes", "outcomes")


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-hangzhou", "schedulerx.cn-hangzhou.aliyuncs.com"),
        ("cn-shenzhen", "schedulerx.cn-shenzhen.aliyuncs.com"),
        ("ap-southeast-1", "schedulerx.aliyuncs.com"),
        ("me-central-1", "schedulerx.aliyuncs.com"),
    ],
)
def test_schedulerx_host_of_a_region(region: str, host: str) -> None:
    """Four regions have a SchedulerX host of their own, all others share one."""
    assert _read().endpoint("schedulerx", region) == Endpoint("https", host, 443)


def test_a_set_endpoint_serves_the_functions_own_region() -> None:
    """Calls go there, and for no other region: behind it there is one list of jobs, under whatever name."""
    settings = _read(EHPC_ENDPOINT="http://127.0.0.1:8080")
    assert settings.endpoint("ehpc", settings.region) == Endpoint("http", "127.0.0.1", 8080)
    assert (settings.serves("ehpc", "cn-beijing"), settings.serves("schedulerx", "cn-beijing")) == (False, True)
    with pytest.raises(ValueError, match="SECONDWIND_EHPC_ENDPOINT serves cn-hangzhou alone, not cn-beijing"):
        settings.endpoint("ehpc", "cn-beijing")
    assert settings.endpoint("schedulerx", "cn-beijing").host == "schedulerx.cn-beijing.aliyuncs.com"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("EXAMPLE.com", "https://example.com"),
        ("example.com:8443", "https://example.com:8443"),
        ("HTTPS://example.com:443/", "https://example.com"),
        ("http://localhost:80", "http://localhost"),
    ],
)
def test_endpoint_forms(text: str, url: str) -> None:
    """A host or a URL; HTTPS unless http is written out."""
    assert _read(SLS_ENDPOINT=text).sls.url == url


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/path",
        "https://user@a.example",
        "https://user:secret@a.example",
        "a.example?x=1",
        "a.example#x",
        "ftp://a.example",
        "a.example:0",
        "a.example:65536",
        "a.example:",
        "a..example",
        "-a.example",
        "a b",
        "https://",
        "//a.example",
        "a.example\\@evil.example",
        "a" * 64,
        ".".join(["a" * 60] * 5),
    ],
)
def test_bad_endpoints(text: str) -> None:
    """Path, user, query, other schemes, and what is no host are refused."""
    assert _bad({**_LEAST, "SECONDWIND_EHPC_ENDPOINT": text}) == ["SECONDWIND_EHPC_ENDPOINT"]


def test_all_bad_settings_are_named_at_once() -> None:
    """One error names everything that is wrong, required ones that are missing included."""
    environ = dict.fromkeys(_NAMES, "?bad value/")
    assert sorted(_bad(environ, "evil.example/")) == sorted(["FC_REGION", *set(_NAMES) - {"SECONDWIND_POLICY_FILE"}])
    assert sorted(_bad({}, "cn-hangzhou")) == sorted(_LEAST)
    assert sorted(_bad(dict.fromkeys(_LEAST, " "), "cn-hangzhou")) == sorted(_LEAST)


@pytest.mark.parametrize("region", ["", "cn-hangzhou\n", "cn-hangzhou.evil.example", "CN-HANGZHOU", "cn", "a/b", "cn-"])
def test_bad_region(region: str) -> None:
    """The region becomes part of hosts, so only what looks like one passes."""
    assert _bad(_LEAST, region) == ["FC_REGION"]


@pytest.mark.parametrize(
    ("set_to", "policy", "effective"),
    [
        ("", Mode.AUTO, Mode.AUTO),
        ("off", Mode.AUTO, Mode.OFF),
        ("observe", Mode.AUTO, Mode.OBSERVE),
        ("auto", Mode.OFF, Mode.OFF),
        ("observe", Mode.OFF, Mode.OFF),
    ],
)
def test_mode_only_tightens(set_to: str, policy: Mode, effective: Mode) -> None:
    """The environment can make the policy's mode stricter, never laxer."""
    assert _read(MODE=set_to).effective_mode(policy) is effective


@pytest.mark.parametrize("mode", ["OFF", "false", "disabled", "0"])
def test_bad_mode(mode: str) -> None:
    """A kill switch that was misspelt stops the function rather than being passed over."""
    assert _bad({**_LEAST, "SECONDWIND_MODE": mode}) == ["SECONDWIND_MODE"]


@pytest.mark.parametrize("zone", ["Mars/Base", "America", "../etc/passwd", "/etc/localtime", "a\x00b", "é", "x" * 500])
def test_bad_zone(zone: str) -> None:
    """What is no IANA zone is refused, whatever way the library takes to say so."""
    assert _bad({**_LEAST, "SECONDWIND_TIME_ZONE": zone}) == ["SECONDWIND_TIME_ZONE"]


def test_zone() -> None:
    """An IANA zone is taken."""
    assert _read(TIME_ZONE="Europe/Berlin").time_zone.key == "Europe/Berlin"


@pytest.mark.parametrize("name", ["ab", "-abc", "abc-", "Abc", "a_c", "a.c", "a" * 64, "a/b", "abc\n.evil"])
def test_bad_project(name: str) -> None:
    """The project becomes the first label of a host, so only a project name passes."""
    assert _bad({**_LEAST, "SECONDWIND_OUTCOME_PROJECT": name}) == ["SECONDWIND_OUTCOME_PROJECT"]


@pytest.mark.parametrize("name", ["a", "jf", "_ab", "ab_", "Ab", "a/b", "a" * 64])
def test_bad_logstore(name: str) -> None:
    """Only a Logstore name passes."""
    assert _bad({**_LEAST, "SECONDWIND_OUTCOME_LOGSTORE": name}) == ["SECONDWIND_OUTCOME_LOGSTORE"]


def test_policy_file_is_found_from_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A relative path starts beside `functions/`, an absolute one stays."""
    monkeypatch.chdir(tmp_path)
    assert _read(POLICY_FILE="policies/night.yaml").policy_file == _ROOT / "policies" / "night.yaml"
    assert _read(POLICY_FILE="/etc/night.yaml").policy_file == Path("/etc/night.yaml")
    assert _bad({**_LEAST, "SECONDWIND_POLICY_FILE": "a\x00b"}) == ["SECONDWIND_POLICY_FILE"]


def test_local_commands_have_a_ledger() -> None:
    """A default ledger serves where none is set, and yields where one is."""
    environ = {name: value for name, value in _LEAST.items() if name != "SECONDWIND_LEDGER_URL"}
    assert _bad(environ) == ["SECONDWIND_LEDGER_URL"]
    assert read_settings(environ, "cn-hangzhou", default_ledger="sqlite:///a.db").ledger == SqliteUrl("/a.db")
    assert read_settings(_LEAST, "cn-hangzhou", default_ledger="sqlite:///a.db").ledger != SqliteUrl("/a.db")


@pytest.mark.parametrize("url", ["tablestore://i/t?endpoint=https://i.example", "rediss://u:hunter22@h.example/1"])
def test_every_kind_of_ledger_is_read(url: str) -> None:
    """The ledger is the one that its URL names, and the settings show no password."""
    settings = _read(LEDGER_URL=url)
    assert settings.ledger == parse_ledger_url(url)
    assert "hunter22" not in repr(settings) + str(settings)


@given(
    st.sampled_from(_NAMES),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(lambda t: f"zq{t}qz"),
)
def test_no_value_is_ever_shown(name: str, value: str) -> None:
    """Whatever a setting holds, the error does not repeat it."""
    try:
        read_settings({**_LEAST, name: value}, "cn-hangzhou")
    except SettingsError as error:
        assert value not in str(error)  # noqa: PT017 - only some values are bad
        assert {fault.path for fault in error.faults} == {name}  # noqa: PT017 - as above


FAR = {
    "EHPC_ENDPOINT": "http://ehpc.corp.example",
    "SCHEDULERX_ENDPOINT": "http://10.0.0.7:8080",
    "SLS_ENDPOINT": "http://cn-hangzhou-intranet.log.aliyuncs.com",
    "LEDGER_URL": "redis://ann:hush@redis.corp.example",
}


@pytest.mark.parametrize(
    ("name", "value"), [*FAR.items(), ("LEDGER_URL", "tablestore://i/t?endpoint=http://i.example")]
)
def test_what_others_could_read_on_the_way_is_refused(name: str, value: str) -> None:
    """A token goes with every call, a password with every connection: unencrypted only if a setting says so."""
    environ = _LEAST | {f"SECONDWIND_{name}": value}
    assert _bad(environ) == [f"SECONDWIND_{name}"]
    assert _bad(environ | {"SECONDWIND_PLAINTEXT": "refuse"}) == [f"SECONDWIND_{name}"]
    assert read_settings(environ | {"SECONDWIND_PLAINTEXT": "allow"}, "cn-hangzhou").region == "cn-hangzhou"
    assert _bad(environ | {"SECONDWIND_PLAINTEXT": "yes"}) == ["SECONDWIND_PLAINTEXT", f"SECONDWIND_{name}"]


def test_every_place_that_is_unencrypted_is_named_at_once() -> None:
    """And the text shows neither host nor password."""
    environ = _LEAST | {f"SECONDWIND_{name}": value for name, value in FAR.items()}
    with pytest.raises(SettingsError) as caught:
        read_settings(environ, "cn-hangzhou")
    assert sorted(fault.path for fault in caught.value.faults) == sorted(f"SECONDWIND_{name}" for name in FAR)
    assert not any(word in str(caught.value) for word in ("hush", "corp", "10.0"))


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("localhost", True),
        ("sw.localhost", True),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("notlocalhost", False),
        ("128.0.0.1", False),
        ("127.1", False),
    ],
)
def test_this_machine_is_no_network(host: str, *, near: bool) -> None:
    """Loopback addresses and names below localhost need no encryption; what only looks like them does."""
    assert unencrypted(Endpoint("http", host, 80)) is not near
    assert unencrypted(RedisUrl(tls=False, host=host, port=6379)) is not near
    assert unencrypted(parse_ledger_url(f"tablestore://i/t?endpoint=http://{host}")) is not near
    assert not unencrypted(Endpoint("https", host, 443))
    assert not unencrypted(RedisUrl(tls=True, host=host, port=6379))
    assert not unencrypted(SqliteUrl("/x"))


def test_what_the_console_needs_is_absent_or_right() -> None:
    """Secrets that no repr shows; an address that is encrypted; keys only together with an audience."""
    assert _read().console == ConsoleSettings()
    secret = "s" * 31 + "1"
    console = _read(
        LINK_SECRET=secret,
        CONSOLE_URL="https://sw.example.com/",
        CONSOLE_JWKS=ISSUER.jwks,
        CONSOLE_AUDIENCE="second-wind",
        CONSOLE_ISSUER="https://login.example",
    ).console
    assert console.url is not None
    assert (console.url.url, console.audience, len(console.issuer_keys)) == ("https://sw.example.com", "second-wind", 1)
    assert console.issuer == "https://login.example"
    assert secret not in repr(console)
    assert _bad({**_LEAST, "SECONDWIND_CONSOLE_JWKS": ISSUER.jwks}) == ["SECONDWIND_CONSOLE_AUDIENCE"]
    assert _bad({**_LEAST, "SECONDWIND_CONSOLE_AUDIENCE": "x" * 257}) == ["SECONDWIND_CONSOLE_AUDIENCE"]
    assert _bad({**_LEAST, "SECONDWIND_CONSOLE_URL": "http://sw.example.com"}) == ["SECONDWIND_CONSOLE_URL"]
    assert _bad({**_LEAST, "SECONDWIND_CONSOLE_URL": "https://sw.example.com/path"}) == ["SECONDWIND_CONSOLE_URL"]
    assert _bad({**_LEAST, "SECONDWIND_LINK_SECRET": "too-short"}) == ["SECONDWIND_LINK_SECRET"]
