"""Templates → pages. Every value is escaped: logs are written by strangers."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.console.http import WebResponse
from shared.put_off import put_off
from shared.reading.text import printable

NEVER_USED = ("jinja2.bccache", "jinja2.compiler", "jinja2.lexer", "jinja2.parser")
"""What Jinja imports and no page touches: where it would keep what it has compiled, and, of pages that were compiled
when the package was made, what compiles them; used, it is loaded."""
put_off(*NEVER_USED)

from jinja2 import Environment, FileSystemLoader, ModuleLoader, StrictUndefined, pass_context  # noqa: E402 - after that
from jinja2.runtime import Context  # noqa: E402 - as above
from markupsafe import Markup, escape  # noqa: E402 - as above

FOLDER = Path(__file__).parent / "templates"
COMPILED = FOLDER.with_name("compiled")
"""Where a package has the templates as byte-code: to compile two of them takes longer than to serve a page."""
STYLE_FILE = "style.css"
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_ESCAPED_CHARS = 10
_LAST_S = 1e11
"""Of what a calendar has."""


def page(name: str, status: int = 200, **values: Any) -> WebResponse:
    """One page, by the name of its template."""
    return WebResponse(status=status, body=rendered(name, **values).encode("utf-8", "replace"))


def rendered(name: str, **values: Any) -> str:
    """The text of a template."""
    return environment().get_template(f"{name}.html").render(**values)


@lru_cache(maxsize=1)
def style() -> bytes:
    """The one style sheet."""
    return (FOLDER / STYLE_FILE).read_bytes()


@lru_cache(maxsize=1)
def environment() -> Environment:
    """What reads templates, and what they may call."""
    made = Environment(
        loader=ModuleLoader(COMPILED) if COMPILED.is_dir() else FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_readable,
    )
    made.filters.update(moment=moment, when=when, lasts=lasts, shown=shown, shown_lines=shown_lines, ours=ours)
    return made


def _readable(value: Any) -> Any:
    """What stands on a page: of text nothing but what prints, and ends of lines. Markup is made of such parts."""
    if not isinstance(value, str) or hasattr(value, "__html__") or value.isprintable():
        return value
    return "\n".join(printable(line, len(line) * _ESCAPED_CHARS) for line in value.split("\n"))


def moment(unix_s: float | None) -> str:
    """Unix seconds as `2026-01-05 02:30Z`; `-` for none."""
    try:
        return "-" if unix_s is None else datetime.fromtimestamp(unix_s, tz=timezone.utc).strftime("%Y-%m-%d %H:%MZ")
    except (OverflowError, ValueError, OSError):
        return "-"


@pass_context
def when(context: Context, unix_s: float | None) -> str:
    """Unix seconds as `05 Jan 10:30` on the clocks of the page's zone, for machines as UTC beside it; `-` for none."""
    if unix_s is None or not 0 <= unix_s < _LAST_S:
        return "-"
    there = datetime.fromtimestamp(unix_s, tz=timezone.utc)
    here = there.astimezone(context.get("zone") or timezone.utc)
    return Markup('<time datetime="{}">{}</time>').format(f"{there:%Y-%m-%dT%H:%M:%SZ}", f"{here:%d %b %H:%M}")


def ours(text: str) -> str:
    """A text of ours, in which names of settings and commands stand between backticks."""
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(text.split("`"))
    )


def lasts(seconds: float | None) -> str:
    """`45 s`, `12 min`, `3.5 h`, `2.1 d`; `-` for none."""
    if seconds is None:
        return "-"
    for unit_s, name, below_s in ((1, "s", 2 * _MINUTE_S), (_MINUTE_S, "min", 2 * _HOUR_S), (_HOUR_S, "h", 2 * _DAY_S)):
        if seconds < below_s:
            return f"{max(0.0, seconds) / unit_s:.{1 if name == 'h' else 0}f} {name}"
    return f"{seconds / _DAY_S:.1f} d"


def shown(text: object, limit: int = 400) -> str:
    """Strangers' text in which nothing moves, colours or turns round: what does not print shows as its escape."""
    whole = str(text)
    cut = printable(whole, limit)
    return cut if len(whole.encode("utf-8", "replace")) <= limit else f"{cut} …"


def shown_lines(text: str, limit: int = 8000) -> str:
    """The same, line by line."""
    return "\n".join(shown(line) for line in text[:limit].split("\n"))
