"""The published JSON Schema as a judge of documents, beside the loader; a document that uses every word."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from secondwind.commands.policy.schema import schema
from shared.policy.load import FORMATS, check_policy
from shared.policy.model import PACK_FORMAT
from shared.policy.packs import library, problem_of

KNOWN_FORMATS = jsonschema.FormatChecker(())


for _name, _problem in {**FORMATS, PACK_FORMAT: lambda named: problem_of(named, library())}.items():
    KNOWN_FORMATS.checks(_name)(lambda value, problem=_problem: not isinstance(value, str) or problem(value) is None)


JUDGE = jsonschema.Draft202012Validator(schema(), format_checker=KNOWN_FORMATS)
FULL: dict[str, Any] = {
    "version": 1,
    "mode": "observe",
    "regions": ["cn-shanghai"],
    "timing": {"settle_s": 120, "observation_max_age_s": 30.5, "stale_event_s": 86400},
    "attempts": {"max": 3, "window_s": 86400},
    "cooldown": {"base_s": 60, "factor": 2, "max_s": 86400},
    "breaker": {"max_jobs": 100, "window_s": 600},
    "max_lost_h": 24,
    "rate": {"max_jobs": 10, "window_s": 600},
    "classes": {"infrastructure": {"max": 5}, "user": {}},
    "thrash": {"max_failures": 4, "window_s": 3600},
    "bad_nodes": {"jobs": 3, "window_s": 3600, "action": "hold", "max_wait_s": 1800, "classes": ["infrastructure"]},
    "same_text": {"max": 2, "window_s": 86400},
    "fetch_output": False,
    "output_first": True,
    "hold_expires_s": 3600,
    "faint_lines": ["Inappropriate ioctl"],
    "ignore_lines": ["NCCL INFO", r"\(ignored\)"],
    "include": ["gpu", "storage@1"],
    "discover": {"schedulerx": [{"namespace": "n", "groups": ["*"]}]},
    "by": [
        {
            "name": "night",
            "systems": ["ehpc"],
            "regions": "cn-*",
            "clusters": ["a", "b"],
            "owners": "o",
            "queues": "q",
            "job_names": ["j*"],
            "mode": "observe",
            "attempts": {"max": 1},
            "cooldown": {"base_s": 90},
            "max_lost_h": 2,
            "hold_expires_s": 600,
        },
        {"apps": "a", "projects": "12345", "mode": "observe"},
        {"groups": "g", "namespaces": "n", "breaker": {"max_jobs": 5}, "rate": {"max_jobs": 5, "window_s": 60}},
    ],
    "prices": {"currency": "EUR", "per_hour": 1.5, "by": [{"queues": "gpu-*", "per_hour": 20}]},
    "windows": [
        {"name": "w", "action": "hold", "from": "2026-02-01 22:00", "to": "2026-02-02T06:00+08:00", "clusters": "a"},
        {"name": "v", "action": "defer", "cron": "0 2 * * sun", "lasts_s": 3600, "until": "2026-12-31", "zone": "UTC"},
    ],
    "notify": {
        "channels": [
            {"name": "ops", "kind": "dingtalk", "url": "SECONDWIND_NOTIFY_U", "secret": "SECONDWIND_NOTIFY_S"},
            {
                "name": "bus",
                "kind": "eventbridge",
                "url": "SECONDWIND_NOTIFY_B",
                "bus": "b",
                "quiet": {"from": "22:00", "to": "07:00", "zone": "UTC", "but": ["breaker_opened"]},
            },
        ],
        "routes": [{"what": ["held"], "to": ["ops"], "owners": "a", "person": "ann"}, {"to": ["bus"]}],
        "unknown_after_s": 600,
        "digest_at": "08:30",
        "zone": "UTC",
    },
    "sources": [
        {"log": {"project": "p", "logstore": "l*", "topic": "t"}, "clusters": "ehpc-*", "owners": ["a", "b"]},
        {"event": {"source": "acs.*"}, "systems": ["schedulerx"], "namespaces": ["n"], "groups": "g?"},
        {"event": {"source": "acs.*"}, "apps": "a", "projects": ["12345"]},
    ],
    "people": [
        {"who": ["ann", "ann@example.com"], "may": ["approve", "reject", "breaker", "mode", "node"], "clusters": "a"},
        {"who": "li", "accounts": "li2", "own_jobs": ["approve", "reject"], "systems": ["ehpc"], "regions": "cn-*"},
        {"who": "channel:night", "may": ["approve"], "namespaces": ["n"], "groups": "g"},
    ],
    "rules": [
        {
            "name": "all of it",
            "match": {
                "system": "ehpc",
                "region": "cn-*",
                "cluster": ["a", "b"],
                "queue": "q",
                "owner": "o",
                "job_name": "j*",
                "node": ["n1"],
                "exit_code": [1, "128-159", "-24--1"],
                "signal": ["SIGKILL", 11],
                "message": ["a|b", "(?i)c"],
                "all_of": "d",
                "any_of": ["e", "(?s)f.*g"],
                "not_message": ["h"],
                "not_near": "i",
                "reason": "NODE_FAIL",
            },
            "action": "rerun",
            "class": "infrastructure",
            "mode": "auto",
            "tells": "cause",
            "cause": "first",
            "delay_s": 60,
            "same_text": {"max": 1},
            "hold_expires_s": 600,
            "attempts": {"max": 1},
            "cooldown": {"factor": 3},
            "beside_live": True,
            "action_api": "retry_workflow",
            "unasked": ["dev_environment"],
            "max_lost_h": 1.5,
            "why": "because",
        },
        {
            "name": "x",
            "match": {"namespace": "n", "group": "g", "app": "a", "project": "1", "exit_code": 7, "signal": 9},
            "action": "hold",
        },
        {"name": "the-rest", "match": {}, "action": "ignore"},
    ],
}


def schema_accepts(document: Any) -> bool:
    """Whether the published schema, with its formats, takes the document."""
    return bool(JUDGE.is_valid(document))


def loader_accepts(document: Any) -> bool:
    """Whether the loader makes a policy of the document."""
    return check_policy(json.dumps(document)).policy is not None
