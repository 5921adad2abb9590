"""What must always hold (docs/guarantees.md#the-twelve), each a check of one whole history: the sentences it breaks."""

from __future__ import annotations

from collections.abc import Callable

from tests.proof.laws.bounds import (
    law_06_a_bad_record_stops_nobody,
    law_08_a_dry_run_changes_nothing,
    law_11_strangers_and_secrets_stay_inside,
    law_12_sizes,
)
from tests.proof.laws.budgets import law_03_budgets_hold, law_10_an_open_breaker_admits_nobody
from tests.proof.laws.calls import (
    law_01_one_effective_rerun_a_life,
    law_02_only_what_was_seen_eligible,
    law_05_a_look_after_an_unknown_result,
    law_07_no_call_without_an_attempt,
)
from tests.proof.laws.finding import law_13_what_is_shown_is_found, law_14_nothing_healthy_is_told
from tests.proof.laws.outcomes import law_04_nothing_is_lost
from tests.proof.laws.reading import Breaches
from tests.proof.world import World

LAWS: tuple[Callable[[World], Breaches], ...] = (
    law_01_one_effective_rerun_a_life,
    law_02_only_what_was_seen_eligible,
    law_03_budgets_hold,
    law_04_nothing_is_lost,
    law_05_a_look_after_an_unknown_result,
    law_06_a_bad_record_stops_nobody,
    law_07_no_call_without_an_attempt,
    law_08_a_dry_run_changes_nothing,
    law_10_an_open_breaker_admits_nobody,
    law_11_strangers_and_secrets_stay_inside,
    law_12_sizes,
    law_13_what_is_shown_is_found,
    law_14_nothing_healthy_is_told,
)
"""All but the ninth, which compares histories: `test_same_decisions`."""
