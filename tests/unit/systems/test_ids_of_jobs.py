"""Which ids a job system takes, and in which spelling they go on."""

from __future__ import annotations

from typing import Any

import pytest

from shared.reading.ids import MAX_ID_CHARS
from shared.systems.dataworks.system import decimal
from shared.systems.ehpc.system import cluster_id
from shared.systems.ehpc.system import job_id as ehpc_job_id
from shared.systems.schedulerx.system import job_id as schedulerx_job_id
from shared.systems.schedulerx3.system import job_id as schedulerx3_job_id

LONGEST = f"1.{'s' * (MAX_ID_CHARS - 2)}"


@pytest.mark.parametrize("text", ["c", "ehpc-hz-ABC123", "c" * MAX_ID_CHARS])
def test_a_cluster_is_letters_digits_and_hyphens(text: str) -> None:
    """It goes on as it was told."""
    assert cluster_id(text) == text


@pytest.mark.parametrize("value", ["", "c" * (MAX_ID_CHARS + 1), "a/b", "c\n", "集群", 7, None, ["c"]])
def test_what_is_no_cluster_is_refused(value: Any) -> None:
    """It becomes part of keys and of requests."""
    with pytest.raises(ValueError, match="wanted letters"):
        cluster_id(value)


@pytest.mark.parametrize(
    "text",
    ["0", "12", "12.s", "12.s.t-1_2", "12[]", "12[3].s", "12[1-9]", "12[1-9:2].s", "12_3", "9" * 18, LONGEST],
)
def test_an_id_of_e_hpc_is_a_number_an_array_or_a_part_of_one(text: str) -> None:
    """With or without its server part; a bare number may be told as one."""
    assert ehpc_job_id(text) == text
    if text.isdecimal():
        assert ehpc_job_id(int(text)) == str(int(text))


@pytest.mark.parametrize(
    "value",
    ["", "x", "9" * 19, "12[", "12[a]", "12_", "12.", "12.s\n", "12 ", f"{LONGEST}s", -1, True, 1.0, None, ["12"]],
)
def test_what_is_no_id_of_e_hpc_is_refused(value: Any) -> None:
    """Neither a truth value nor a fraction is a number here."""
    with pytest.raises(ValueError, match=r"wanted an E-HPC job id"):
        ehpc_job_id(value)


@pytest.mark.parametrize("read", [schedulerx_job_id, schedulerx3_job_id, decimal])
def test_a_number_has_one_spelling(read: Any) -> None:
    """Of 64 bits, positive, without leading zeros."""
    assert [read(one) for one in (1, "1", "007", 2**63 - 1)] == ["1", "1", "7", str(2**63 - 1)]
    for bad in (0, -1, 2**63, "", "1.0", True, None):
        with pytest.raises(ValueError, match="wanted"):
            read(bad)
