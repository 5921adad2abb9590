"""Which job systems an invocation can call."""

from __future__ import annotations

import pytest

from shared.domain.call import Target
from shared.domain.credentials import Credentials
from shared.domain.failure import Failure, Trigger
from shared.domain.snapshot import LookFailed
from shared.openers.systems import open_seekers, open_systems
from shared.policy.discover import Discover
from shared.policy.model import Policy
from shared.settings import read_settings
from shared.systems.discovery import Terms
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.watch import Clusters
from tests.support.clock import Clock

_ENVIRON = {
    "SECONDWIND_OUTCOME_PROJECT": "secondwind",
    "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
    "SECONDWIND_LEDGER_URL": "sqlite:///ledger.db",
    "SECONDWIND_EHPC_ENDPOINT": "http://127.0.0.1:9",
}
_CREDENTIALS = Credentials(access_key_id="id", access_key_secret="secret", security_token="")


def _kept(region: str) -> Failure:
    """One that waits in the ledger from before."""
    scope = Cluster(region=region, cluster_id="ehpc-hz-demo1")
    return Failure(scope=scope, job_id="1", occurred_at=1.0, trigger=Trigger.LOG, event_id="e", telling_id="t")


def test_behind_a_fixed_endpoint_nobody_is_called_for_another_region() -> None:
    """A failure that the ledger keeps from before is refused for good; without the setting each region has its own."""
    kept = _kept("cn-beijing")
    policy = Policy(version=1, regions=("cn-beijing",), rules=())
    systems = open_systems(read_settings(_ENVIRON, "cn-hangzhou"), policy, _CREDENTIALS, Clock(), lambda: 60.0)
    elsewhere = systems("ehpc", "cn-beijing")
    looks = elsewhere.observe([kept, kept])
    assert [type(look) for look in looks] == [LookFailed, LookFailed]
    assert not any(look.worth_repeating for look in looks if isinstance(look, LookFailed))
    with pytest.raises(TypeError, match="SECONDWIND_EHPC_ENDPOINT serves cn-hangzhou alone"):
        elsewhere.rerun([Target(scope=kept.scope, job_id="1")])
    for name, region in (("ehpc", "cn-hangzhou"), ("schedulerx", "cn-beijing")):
        assert type(systems(name, region)) is not type(elsewhere)


def test_in_a_region_that_the_policy_names_no_more_nobody_is_called() -> None:
    """What waits from when it did is refused for good: credentials go where the policy lets events or `discover` be."""
    there = Policy(
        version=1,
        regions=("cn-beijing",),
        discover=Discover(ehpc=(Clusters(clusters=("*",), region="cn-shenzhen"), Clusters(clusters=("a",)))),
        rules=(),
    )
    called, refused = dict[str, type](), dict[str, list[str]]()
    for name, policy in (("named", there), ("taken out", Policy(version=1, rules=()))):
        environ = {**_ENVIRON, "SECONDWIND_EHPC_ENDPOINT": ""}
        systems = open_systems(read_settings(environ, "cn-hangzhou"), policy, _CREDENTIALS, Clock(), lambda: 60.0)
        regions = ("cn-hangzhou", "cn-beijing", "cn-shenzhen", "cn-chengdu")
        called[name] = type(systems("ehpc", "cn-hangzhou"))
        refused[name] = [region for region in regions if type(systems("ehpc", region)) is not called[name]]
        (look,) = systems("ehpc", "cn-chengdu").observe([_kept("cn-chengdu")])
        assert isinstance(look, LookFailed)
        assert (look.worth_repeating, look.code) == (False, "RegionNotServed")
        assert look.message == "the policy names no region cn-chengdu, in `regions` or `discover`"
    assert called["named"] is called["taken out"]
    assert refused == {"named": ["cn-chengdu"], "taken out": ["cn-beijing", "cn-shenzhen", "cn-chengdu"]}


def test_behind_a_fixed_endpoint_nothing_is_looked_for_in_another_region() -> None:
    """An entry of `discover` for another region is told as not seen; nobody is called."""
    seekers = open_seekers(read_settings(_ENVIRON, "cn-hangzhou"), _CREDENTIALS, Clock(), lambda: 60.0)
    elsewhere = seekers("ehpc", "cn-beijing")
    assert elsewhere is not None
    listed = elsewhere.scopes(Clusters(clusters=("*",)), str.__eq__, NoCalls(), ask=True)
    assert (listed.scopes, listed.problem and listed.problem.code) == ((), "RegionNotServed")
    scope = Cluster(region="cn-beijing", cluster_id="ehpc-bj-1")
    with pytest.raises(TypeError, match="serves cn-hangzhou alone"):
        elsewhere.look(None, scope, {}, NoCalls(), Terms(now=0.0, fits=str.__eq__, stale_after_s=1.0))


class NoCalls:
    """A budget that is used up."""

    def may(self, operation: str) -> bool:
        """Never."""
        raise AssertionError(f"{operation} was about to be called")
