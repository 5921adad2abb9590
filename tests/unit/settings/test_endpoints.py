"""An endpoint that is set is of the function's own region, for every job system."""

from __future__ import annotations

import pytest

from shared.domain.errors import SettingsError
from shared.settings import read_settings
from shared.systems import SYSTEMS

LEAST = {
    "SECONDWIND_OUTCOME_PROJECT": "sw-outcomes",
    "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
    "SECONDWIND_LEDGER_URL": "sqlite:///var/lib/secondwind.db",
}


@pytest.mark.parametrize("system", [system.name.upper() for system in SYSTEMS])
@pytest.mark.parametrize(
    ("host", "good"),
    [
        ("x.cn-hangzhou.aliyuncs.com", True),
        ("https://x-vpc.cn-hangzhou.aliyuncs.com:443", True),
        ("x.aliyuncs.com", True),
        ("x.vpc-proxy.aliyuncs.com", True),
        ("gate.cn-shanghai.example.com", True),
        ("x.cn-shanghai.aliyuncs.com", False),
        ("HTTPS://X-VPC.AP-SOUTHEAST-1.ALIYUNCS.COM", False),
        ("x.cn-hangzhou-finance.aliyuncs.com", False),
    ],
)
def test_an_endpoint_is_of_the_functions_own_region(system: str, host: str, *, good: bool) -> None:
    """Else its jobs stand in the ledger as jobs of this region, and a function there has another document of each."""
    name = f"SECONDWIND_{system}_ENDPOINT"
    if good:
        assert list(read_settings({**LEAST, name: host}, "cn-hangzhou").endpoints) == [system.lower()]
        return
    with pytest.raises(SettingsError) as caught:
        read_settings({**LEAST, name: host}, "cn-hangzhou")
    assert [fault.path for fault in caught.value.faults] == [name]
