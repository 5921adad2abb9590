"""Reads what `s.yaml` gives the functions as they will read it: `python -m tools.deployed_settings`.

`tools.deploy_check` judges each variable by itself. What only fits together, or only their own reader understands (a
key set, a channel's address), the functions find out when they start, and then every one of them refuses every
delivery. So the same reader is asked here, before anything is built.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import yaml

from shared.domain.errors import Fault, SettingsError
from shared.policy.load import load_policy
from shared.settings import read_settings
from shared.settings.channels import channel_secrets
from tools.deploy_check import ROOT, read_defaults, resolve
from tools.packaged_policy import POLICY

_ENV = re.compile(r"\$\{env\('([A-Z0-9_]+)'(?:, *(?:'[^']*'|env\('[A-Z0-9_]+'\)))?\)\}")
_MESSAGES = "SECONDWIND_NOTIFY_"
_VAR = re.compile(r"\$\{vars\.([a-z_]+)\}")


class Template:
    """The `vars` of an `s.yaml`, and what they are with the variables of an environment."""

    def __init__(self, text: str, environ: Mapping[str, str]) -> None:
        self._vars: dict[str, Any] = yaml.safe_load(text)["vars"]
        self._values = resolve(read_defaults(text), environ)

    def filled(self, written: Any) -> str:
        """A text of the file as `s` fills it."""
        with_vars = _VAR.sub(lambda found: self.filled(self._vars[found[1]]), str(written))
        return _ENV.sub(lambda found: self._values.get(found[1], ""), with_vars)

    @property
    def region(self) -> str:
        """Of the functions."""
        return self.filled(self._vars["region"])

    @property
    def environment(self) -> dict[str, str]:
        """The functions' variables."""
        return {name: self.filled(written) for name, written in self._vars["environment"].items()}

    def filled_by(self, name: str) -> str:
        """The variables here by which one of the functions' is filled, for people; empty if none is."""
        written = str(self._vars["region"] if name == "FC_REGION" else self._vars["environment"].get(name, ""))
        parts = (str(self._vars[found]) for found in _VAR.findall(written))
        return ", ".join(dict.fromkeys(_ENV.findall(" ".join([written, *parts]))))


def faults(template: Template, policy: str) -> Iterator[Fault]:
    """What the functions could not use, by their names for it; no value is shown. Raises PolicyError."""
    environment = template.environment
    yield from _refused(lambda: read_settings(environment, template.region))
    for channel in load_policy(policy).notify.channels:
        yield from _refused(partial(channel_secrets, environment, channel))


def unread(template: Template, policy: str) -> Iterator[str]:
    """What is given for messages and no channel asks for, so that nobody is told by it. Raises PolicyError."""
    channels = load_policy(policy).notify.channels
    asked = {name for channel in channels for name in (channel.url, channel.secret)}
    for name, value in template.environment.items():
        if value and name.startswith(_MESSAGES) and name not in asked:
            yield f"{template.filled_by(name)} is given, and no channel of the policy's `notify` names {name}"


def _refused(read: Callable[[], object]) -> tuple[Fault, ...]:
    try:
        read()
    except SettingsError as error:
        return tuple(error.faults)
    return ()


def main() -> int:
    """Exit status: 0 if the functions could start with it."""
    template = Template((ROOT / "s.yaml").read_text(encoding="utf-8"), os.environ)
    policy = (ROOT / POLICY).read_text(encoding="utf-8")
    found = list(faults(template, policy))
    for line in unread(template, policy):
        print(f"WARNING: {line}: nobody is told by it", file=sys.stderr)
    if found:
        print("the functions could not use what s.yaml gives them:", file=sys.stderr)
    for fault in found:
        by = template.filled_by(fault.path)
        print(f"  {fault.path} ({by or 's.yaml does not fill it'}): {fault.problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
