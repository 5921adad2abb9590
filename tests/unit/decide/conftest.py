"""Facts to decide on: one good failure with nothing in its way, and Hypothesis strategies for all others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from shared.domain.failure import Failure
from shared.domain.record import Case
from shared.policy.facts import Facts
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from tests.support.clock import START as NOW
from tests.support.make import Make
from tests.support.systems import GROUP
from tests.unit.decide.drawn_facts import all_facts
from tests.unit.decide.facts import (
    make_case,
    make_facts,
    make_failure,
    make_instance,
    make_look,
)


@pytest.fixture
def facts() -> Make[Facts]:
    """Makes facts, good ones where nothing else is said."""
    return make_facts


@pytest.fixture
def failure() -> Make[Failure]:
    """Makes failures."""
    return make_failure


@pytest.fixture
def look() -> Make[EhpcSnapshot]:
    """Makes looks at the E-HPC job."""
    return make_look


@pytest.fixture
def case() -> Make[Case]:
    """Makes cases."""
    return make_case


@pytest.fixture
def schedulerx_facts() -> Make[Facts]:
    """Makes facts about a failed SchedulerX instance with these others beside it."""

    def make(
        *others: Instance, meant: Instance | None = None, look: dict[str, Any] | None = None, **parts: Any
    ) -> Facts:
        shown = meant or make_instance()
        seen = SchedulerxSnapshot(
            **{
                "job_id": "42",
                "state": shown.state,
                "instance": shown,
                "others": others,
                "look_begun_at": NOW,
                **(look or {}),
            }
        )
        told = make_failure(scope=GROUP, job_id="42", job_instance_id=7)
        return make_facts(**{"failure": told, "observation": seen, **parts})

    return make


@pytest.fixture
def instance() -> Make[Instance]:
    """Makes instances."""
    return make_instance


@pytest.fixture(scope="session")
def any_facts() -> st.SearchStrategy[Facts]:
    """Every kind of facts, likely and unlikely."""
    return all_facts()
