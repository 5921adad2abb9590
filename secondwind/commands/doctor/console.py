"""What the console and the links in messages need: people in the policy, a secret, an address."""

from __future__ import annotations

from collections.abc import Iterator

from secondwind.commands.doctor.findings import Finding, Level, Subject
from secondwind.terminal import count
from secondwind.text_file import CannotRead, read_text
from shared.policy.load import MAX_TEXT_BYTES, usable_policy

PAGE = "docs/people.md"


def console(subject: Subject) -> Iterator[Finding]:
    """Who may act there, and whether what they would need is set."""
    try:
        policy = usable_policy(read_text(subject.settings.policy_file, MAX_TEXT_BYTES))
    except CannotRead:
        return  # another check says so
    its = subject.settings.console
    if policy is None or not (policy.people or its.link_key or its.url or its.issuer_keys):
        if policy is not None:
            yield Finding("console", Level.SKIP, f"not set up: {PAGE} says how; the command line works without")
        return
    if not policy.people:
        said = "the policy names no `people`: no link is obeyed, and nobody who signs in sees anything"
        yield Finding("console", Level.WARN, said, f"name them: {PAGE}")
    else:
        yield Finding("console", Level.OK, f"who may act there: {count(len(policy.people), 'line')} of `people`")
    if its.link_key is None:
        said = "SECONDWIND_LINK_SECRET is not set: messages have no buttons, the deployed console has no forms"
        yield Finding("console", Level.WARN, said, "set 32 characters that nobody can guess")
    if its.url is None:
        yield Finding(
            "console", Level.WARN, "SECONDWIND_CONSOLE_URL is not set: messages have no links", "set your domain"
        )
    if not its.issuer_keys:
        said = "SECONDWIND_CONSOLE_JWKS is not set: links work, nobody signs in at the deployed console"
        yield Finding("console", Level.OK, said)
