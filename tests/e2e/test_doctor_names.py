"""What a person names to the doctor has to be there: a misspelt place is no healthy one."""

from __future__ import annotations

from localcloud.ehpc.service import Ehpc
from localcloud.schedulerx.service import Schedulerx
from tests.e2e.doctor_ward import Ward


def test_a_cluster_that_was_told_must_exist(ward: Ward) -> None:
    """One that is there is looked at; one that is not warns, as the call itself was allowed."""
    assert ward.look(places={"ehpc": "ehpc-hz-typo"}).level("ehpc:ListJobsWithFilters", "ClusterNotFound") == "warn"
    ward.cloud[Ehpc].cluster("ehpc-hz-1")
    assert ward.look(places={"ehpc": "ehpc-hz-1"}).level("ehpc:ListJobsWithFilters") == "ok"


def test_so_must_a_group_an_application_and_a_workspace(ward: Ward) -> None:
    """A misspelt one is no healthy one; whoever told none is not warned of ours that cannot exist."""
    wrong = {"schedulerx": "n/no-such", "schedulerx3": "xxljob-no/such", "dataworks": "99"}
    reads = (
        "schedulerx:ListJobs",
        "schedulerx3:ListScheduleEvent",
        "schedulerx3:ListApps",
        "dataworks:ListTaskInstances",
    )
    for check in reads:
        assert ward.look(places=wrong).level(check, "check the name that was told") == "warn"
        assert ward.look().level(check) == "ok"
    ward.cloud[Schedulerx].group("n", "there")
    assert ward.look(places={"schedulerx": "n/there"}).level("schedulerx:ListJobs") == "ok"
