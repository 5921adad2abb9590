r"""What launchers and loggers put before each line: which rank or node said it, and when.

Open MPI `--tag-output` `[1,3]<stderr>:` (https://docs.open-mpi.org/en/main/man-openmpi/man1/mpirun.1.html), srun
`--label` `3: ` (https://slurm.schedmd.com/srun.html), torchrun `[default3]:[rank3]: `
(https://docs.pytorch.org/docs/stable/elastic/run.html), Ray `(worker pid=7, ip=10.0.0.7) `
(https://docs.ray.io/en/latest/ray-observability/user-guides/configure-logging.html), clush and pdsh `node1: `; the
stuck-rank watcher a quoted line's number `1204: `, and `; output: ` where the output's end follows quoted causes;
RFC 3339, syslog (RFC 3164), the kernel's ring buffer, log4j, Spark, Go, and glog but for its FATAL, which is what the
program says (https://github.com/google/glog#severity-levels); containers' logs in files
(https://kubernetes.io/docs/concepts/cluster-administration/logging/) and while an image is built. What runs a script
and logs each line of it: Airflow (https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/logging-tasks.html),
DolphinScheduler, Azkaban and XXL-JOB.
"""

from __future__ import annotations

import re

_TIME = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?"
_HOST = r"(?:node|compute|worker|master|login|host|gpu|cpu|cn|nid|ip|c|n)[-_]?\d[\w.-]{0,63}"
_SCRIPT = r"(?:[\w-]{1,64}\.(?:sh|py|pl|rb)|bash|sh|python[\d.]{0,4}|java|node)\[\d{1,9}\]:(?= )"
_SYSLOG = rf"(?: [\w.-]{{1,64}}(?= [\w./-]{{1,64}}(?:\[\d{{1,9}}\])?: ))?(?: {_SCRIPT})?"
"""Host and who says it: of those a script says nothing, a daemon's name does."""
_STAMPS = (
    rf"\[?\d{{4}}[-/]\d\d[-/]\d\d(?:[T ]|, ){_TIME}(?: ?(?:Z\b|UTC|[+-]\d\d:?\d\d))?\]?:?",
    rf"\d\d/\d\d/\d\d {_TIME}",
    rf"\[?{_TIME}\]?",
    rf"\[?{_DAY}{_MONTH} \d{{1,2}} {_TIME}(?: \d{{4}})?\]?{_SYSLOG}",
    r"\[ ?\d{1,9}\.\d{3,6}\]",
    rf"[IWE]\d{{4}} {_TIME} (?:\d{{1,9}} )?[\w./-]{{1,200}}:\d{{1,6}}\]",
)
_TAG = r"\[\d{1,6},\d{1,6}\]<std(?:err|out|diag)>:"
_SPEAKERS = (
    _TAG,
    r"\[(?:rank|default) ?\d{1,6}\]:",
    r"\((?:[\w.-]{1,64} )?pid=\d{1,9}(?:, ip=[\w.:]{1,64})?\)",
    r"\d{1,9}:(?= )",
    r"; output:(?= )",
    rf"{_HOST}:(?= )",
    r"std(?:err|out)(?: [FP]|:)(?= )|\[std(?:err|out)\]",
    r"#\d{1,4} \d{1,6}\.\d{1,6}(?= )",
)
_SHELL_TASK = r"(?:- \[taskAppId=[\w-]{1,64}\]|TaskLogLogger-class [\w.]{1,120})(?::\[\d{1,6}\])?"
_LOGGERS = (
    r"\{\w{1,80}\.py:\d{1,6}\}(?: INFO -(?= )|(?= [A-Z]{4,8} - ))",
    rf"\[INFO\] \d{{4}}-\d\d-\d\d {_TIME}(?: [+-]\d{{4}})? (?:{_SHELL_TASK} |- ){{0,2}}- ->(?= )",
    r"\[[\w.$]{1,120}#\w{1,64}\]-\[\d{1,6}\]-\[[\w.:#$ -]{1,80}\](?= )",
    rf"\d\d-\d\d-\d{{4}} {_TIME} [A-Z]{{3,4}} [\w.-]{{1,64}} INFO -(?= )",
)
"""Schedulers that log what a script prints, line by line. Where they call it an error, that word stays; what a program
says of itself is no script's, and its INFO stays."""
_BEGIN = r"(?=[\d[(;{#]|[A-Z](?:\d|[a-z][a-z][ ,])|std(?:err|out)\b|[cghilmnw][a-z]{0,6}[-_]?\d)"
"""As each of them begins: most lines do not, and are not asked for one after the other."""
_ANY = f"(?:{_BEGIN}(?:{'|'.join((*_STAMPS, *_SPEAKERS, *_LOGGERS))}) ?)+"
_BEGUN = re.compile(f"^[ \t]*{_BEGIN}", re.MULTILINE)
_PREFIXES, _AFTER_AN_END = re.compile(_ANY), re.compile(f"\n{_ANY} *")

TAGGED = "]<std"
_TAGS = re.compile(_TAG)
"""mpirun tags what it reads, so a line that a rank wrote in pieces has tags within it."""


def without_prefixes(line: str) -> str:
    """The line without the prefixes that it begins with. Blanks in it are single; time is linear in its length."""
    if TAGGED in line:
        bare = _TAGS.sub("", line)
        if not _TAGS.search(bare):  # what only a removal makes a tag is none, and stays
            line = bare.lstrip(" ")
    found = _PREFIXES.match(line)
    return line if found is None else line[found.end() :].lstrip(" ")


def may_have_prefixes(text: str) -> bool:
    """Whether a line of it begins as a prefix does, blanks aside, or a quoted one may."""
    return _BEGUN.search(text) is not None or "; output: " in text


def all_without_prefixes(text: str) -> str:
    """As `without_prefixes` of each line, at once: of hundreds most time would go into asking line by line."""
    if TAGGED in text:
        return "\n".join(map(without_prefixes, text.split("\n")))
    return _AFTER_AN_END.sub("\n", f"\n{text}")[1:]
