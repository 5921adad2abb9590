"""A call that names several jobs, and is refused as a whole: made again in halves, until the bad ones stand alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from shared.domain.call import CallResult, Effect


def in_halves(
    job_ids: Sequence[str],
    call: Callable[[list[str]], CallResult | Mapping[str, CallResult]],
    may_halve: Callable[[CallResult], bool],
    too_late: Callable[[int], CallResult | None],
) -> dict[str, CallResult]:
    """One result a job. `call` answers for all that it was given, or one by one.

    `may_halve` is asked about an answer for all: only one that certainly did nothing may be called again. `too_late` is
    asked before each call, of so many jobs: each half leaves later, and the looks grow older.
    """
    results: dict[str, CallResult] = {}
    waiting = [list(dict.fromkeys(job_ids))]
    while waiting:
        batch = waiting.pop()
        answer = too_late(len(batch)) or call(batch)
        if not isinstance(answer, CallResult):
            results.update(answer)
            continue
        if may_halve(answer) and len(batch) > 1:
            middle = len(batch) // 2
            waiting += [batch[middle:], batch[:middle]]
            continue
        results.update(dict.fromkeys(batch, answer))
        if answer.account_wide or answer.scope_wide or answer.effect is Effect.NOT_DONE_LATER:
            # What waits was refused with its batch: certainly not done, and now is no time to ask again.
            results.update(dict.fromkeys((job_id for rest in waiting for job_id in rest), answer))
            break
    return results
