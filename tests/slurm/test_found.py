"""What nobody tells: output that stands still, nodes whose daemon is killed.

The product's clock is moved, not Slurm's.
"""

from __future__ import annotations

import signal
import time

from shared.domain.outcome import rfc3339
from tests.slurm.conftest import HEALS_WITHIN_S, Site
from tests.slurm.daemons import wait_for
from tests.slurm.facade import CLUSTER

SILENCE = f"discover: {{ehpc: [{{clusters: [{CLUSTER}], silence: {{after_s: 300}}}}]}}\n"
LOST_NODES = f"discover: {{ehpc: [{{clusters: [{CLUSTER}], nodes: {{grace_s: 60}}}}]}}\n"


def discover(site: Site) -> list[tuple[str, str, str]]:
    """The timer of the door."""
    return site.answered("discover", {"triggerName": "discover-timer", "payload": ""})


def test_output_that_stands_still_is_found(site: Site) -> None:
    """Without any emitter; one that prints on is left alone."""
    site.policy(SILENCE)
    hangs = site.running("if [ ${SLURM_RESTART_COUNT:-0} = 0 ]; then echo step 1; sleep 600; else sleep 1; fi")
    prints = site.running("while :; do date +%s.%N; sleep 0.2; done")
    assert discover(site) == []
    for late_s in (100.0, 200.0, 290.0):
        site.slurm.later(late_s)
        assert discover(site) == []
    site.slurm.later(380)
    looked_at = time.time()
    assert discover(site) == [(hangs, "rerun", "accepted")]
    site.wait(hangs, "COMPLETED")
    assert site.healed_s(hangs, looked_at) < HEALS_WITHIN_S, "and one period of the timer at most before that look"
    assert (site.restarts(hangs), site.restarts(prints)) == (1, 0)


def test_jobs_on_machines_that_stopped_are_found_before_slurm_notices(site: Site) -> None:
    """E-HPC's list of nodes says so of one, an event of ECS of the other. Slurm requeues each once.

    What is requeued completes until Slurm notices its node, and runs as E-HPC may show it: it is not found again.
    """
    site.policy(LOST_NODES)
    lost = [site.running("sleep 600", "-w", node) for node in ("n3", "n4")]
    other = site.running("sleep 600", "-w", "n2")
    assert discover(site) == []
    site.slurm.later(0)  # a run that began in the second of the event may have begun after it
    site.slurm.status["n3"] = "stopped"
    data = {"instanceId": "i-n4", "eventStatus": "Executing"}
    event = {"specversion": "1.0", "id": "1", "source": "acs.ecs", "type": "ecs:Instance:SystemFailure.Reboot"}
    event["time"] = rfc3339(time.time())
    assert site.answered("event_trigger", {**event, "data": data}) == [("", "suppressed", "machine_suspected")]
    site.slurm.later(130)
    for node in ("n3", "n4"):  # Slurm notices that in a few seconds
        site.daemons.end(node, signal.SIGKILL)
    found = discover(site)
    site.slurm.later(260)
    found += discover(site)
    assert sorted(found) == sorted((job, "rerun", "accepted") for job in lost)
    wait_for(lambda: "down" in site.slurm.nodes["n3"].in_scheduler, "a node that is down", 60)
    assert [site.restarts(job) for job in (*lost, other)] == [1, 1, 0]


def test_slurm_deals_with_a_lost_node_by_itself(site: Site) -> None:
    """It requeues what may be requeued and ends the rest; what is told of both restarts nobody again."""
    requeues = site.running("sleep 600", "-w", "n3", "--requeue")
    ends = site.running("sleep 600", "-w", "n3", "--no-requeue")
    rows = [site.of(job, reason="NODE_FAIL") for job in (requeues, ends)]
    site.daemons.end("n3", signal.SIGKILL)
    wait_for(lambda: site.restarts(requeues) == 1, "Slurm's own requeue", 60)
    site.wait(ends, "NODE_FAIL")
    wait_for(lambda: len(site.completed(requeues, ends)) == 2, "the completions' lines")
    emitted = site.completed(requeues, ends)
    assert sorted((row["job_id"], row["reason"]) for row in emitted) == [(requeues, "NODE_FAIL"), (ends, "NODE_FAIL")]
    for answer in (site.tell(*rows), site.tell(*emitted)):
        assert {job: reason for job, _, reason in answer} == {requeues: "restarted_since", ends: "job_finished"}
    assert (site.restarts(requeues), site.restarts(ends), site.slurm.said) == (1, 0, [])
