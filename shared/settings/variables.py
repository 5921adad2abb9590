"""The variables that `read_settings` reads, as data for documentation. A test holds both against each other."""

from __future__ import annotations

from msgspec import Struct

from shared.settings.environment import endpoint_variable
from shared.systems import SYSTEMS


class Variable(Struct, frozen=True):
    """One setting, as a person sets it."""

    name: str
    meaning: str
    default: str
    """In words; `required` where there is none."""


VARIABLES = (
    Variable(
        "SECONDWIND_OUTCOME_PROJECT",
        "Log Service project of the outcomes: 3 to 63 lower-case letters, digits and hyphens.",
        "required",
    ),
    Variable(
        "SECONDWIND_OUTCOME_LOGSTORE",
        "Its Logstore. Must not be a trigger's source: every outcome would be taken for a failure.",
        "required",
    ),
    Variable(
        "SECONDWIND_LEDGER_URL",
        "`sqlite://<absolute path>`, `tablestore://<instance>/<table>?endpoint=<url>`, or `redis[s]://…`.",
        "required in functions; local commands use a SQLite file of their own",
    ),
    Variable(
        "SECONDWIND_POLICY_FILE",
        "The policy. A relative path counts from the folder that holds `functions/`.",
        "`policy.yaml`",
    ),
    Variable(
        "SECONDWIND_MODE",
        "`auto`, `observe` or `off`. May only tighten the policy's mode.",
        "the policy's",
    ),
    Variable(
        "SECONDWIND_PLAINTEXT",
        "`allow`: `http://` endpoints and a `redis://` ledger on other machines, which others on the way can read. On "
        "this machine (loopback) they need no leave.",
        "`refuse`",
    ),
    Variable(
        "SECONDWIND_TIME_ZONE",
        "IANA zone in which SchedulerX days are cut, and of the moments on the console's pages.",
        "`Asia/Shanghai`",
    ),
    *(
        Variable(
            endpoint_variable(system),
            f"{system.endpoint_says} Where it is set, failures of the function's own region alone are taken in.",
            system.endpoint_default,
        )
        for system in SYSTEMS
    ),
    Variable(
        "SECONDWIND_SLS_ENDPOINT",
        "Log Service of the outcome project, host or URL. `explain` outside Alibaba Cloud needs the public one.",
        "`https://<region>-intranet.log.aliyuncs.com`; `setup` and `doctor`: `https://<region>.log.aliyuncs.com`",
    ),
    Variable(
        "SECONDWIND_LINK_SECRET",
        "Signs the links in messages and the forms of the console: 32 to 256 ASCII characters that nobody can guess. "
        "Up to four with commas between: the first signs, each is believed.",
        "none: messages have no buttons, the deployed console no forms",
    ),
    Variable(
        "SECONDWIND_CONSOLE_URL",
        "Where people reach the function `console`: what links in messages begin with.",
        "none: messages have no links",
    ),
    Variable(
        "SECONDWIND_CONSOLE_JWKS",
        "Public RSA keys of your identity provider, a JSON Web Key Set: who signs in at the deployed console.",
        "none: nobody signs in there; links work all the same",
    ),
    Variable(
        "SECONDWIND_CONSOLE_AUDIENCE",
        "The audience (`aud`) that its tokens must be issued for.",
        "none, and wanted with `SECONDWIND_CONSOLE_JWKS`",
    ),
    Variable(
        "SECONDWIND_CONSOLE_ISSUER",
        "Who must have issued them (`iss`): needed where a provider signs for many tenants with the same keys.",
        "none: whoever signs with those keys",
    ),
)
"""In the order of docs/reference.md."""
