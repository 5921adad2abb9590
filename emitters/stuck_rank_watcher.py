#!/usr/bin/env python3
"""Tells Second Wind that an MPI job hangs, while the job is still there to be restarted.

    stuck_rank_watcher.py [OPTION…] -- mpirun -n 64 ./solver     # wraps a command
    stuck_rank_watcher.py [OPTION…] &                            # watches the job script that started it

E-HPC reruns only jobs that are RUNNING or QUEUED, so a failure must be told before the job ends. The usual one
that does not end by itself: a rank or its node dies, and the other ranks wait for it until the wall time is up.

What counts as hanging, with the job's process still alive:
  * no rank progress for --stall-s: no output, or, if --heartbeat is given, a file that a rank no longer touches;
  * a line that tells a lost rank, then silence for --lost-rank-s. Output that goes on later than --lost-rank-s
    after the line shows that the job has survived it, and the line is forgotten.
Time in which this watcher or the job was stopped (suspended, preempted) is not counted.

What it does then: it appends one `job-failure/1` line to a file that Logtail collects, and ends. It stops and
restarts nothing, holds no credentials and opens no connection.

What it cannot do: harm the job. With `--` this process *becomes* the command, so signals, exit status and both
output streams are the command's own; the watcher is a process beside it, and whatever goes wrong in it is one line
on standard error. Each start of the job starts a watcher of its own, which looks only at what is new.

One file, standard library only, Python 3.6 or newer, Linux.
"""

import argparse
import collections
import contextlib
import functools
import glob
import json
import os
import pwd
import re
import signal
import socket
import stat
import sys
import time
from typing import (
    Any,
    Callable,
    Deque,
    Dict,
    Iterator,
    List,
    Mapping,
    NoReturn,
    Optional,
    Pattern,
    Sequence,
    Set,
    Tuple,
)

NAME = "stuck_rank_watcher"
CONFIG_FILE = "/etc/secondwind/emitters.conf"
REPORT_DIR = "/var/log/secondwind"

LINE_BYTES_MAX = 4096
"""Of a longer line only the head is looked at."""
READ_AT_ONCE_BYTES = 1 << 16
READ_BYTES_MAX = 16 << 20
"""Read from a file in one look. If more is new, the job is certainly alive: only the last part is looked at."""
MESSAGE_BYTES_MAX = 4096
NAME_BYTES_MAX = 256
CONFIG_BYTES_MAX = 65536
LOOK_PAUSES = 4
"""After a look it rests at least so many times as long: thousands of heartbeats on a slow file server, or a job that
prints without end, cost a fifth of a core at most."""
PAUSE_POLLS_MAX = 12
"""But never more than so many times --poll-s: a minute, unless that is changed."""
SLICE_S = 1.0
"""The longest sleep between two looks at whether the job is still there."""
PATHS_NAMED_MAX = 5
SECONDS_MAX = 1e9

LOST_RANK = (
    # Open MPI 4 and 5 (orte/PRRTE help texts)
    rb"noticed that process rank (?P<rank>[0-9]+) with PID [0-9]+ on node (?P<node>\S+) exited",
    rb"has exited due to process rank (?P<rank>[0-9]+) with PID [0-9]+ on\s+node (?P<node>\S+)",
    rb"[OP]RTE has lost communication with ",
    rb"Remote daemon: \S+ on node (?P<node>\S+)",
    rb"An ORTE daemon has unexpectedly failed",
    # Intel MPI and MPICH (Hydra)
    rb"BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES",
    rb"RANK (?P<rank>[0-9]+) PID [0-9]+ RUNNING AT (?P<node>\S+)",
    # Slurm
    rb"srun: error: Node failure on (?P<node>\S+)",
    rb"srun: error: (?P<node>[^\s:]+): tasks? (?P<rank>[0-9]+)[0-9,-]*: ",
    rb"DUE TO NODE FAILURE",
    # InfiniBand below any of them
    rb"transport retry counter exceeded",
)
"""Lines of launchers that tell of a rank, node or link that is gone. Groups `rank` and `node` become the extra
evidence `rank` and `lost_node`. (`node` itself is compared with what the scheduler lists, and launchers spell nodes in
their own way.)"""

_CLUSTER_ID = re.compile(r"[A-Za-z0-9-]{1,128}\Z")
_JOB_ID = re.compile(r"[0-9]{1,18}(?:\[[0-9]{1,18}\]|_[0-9]{1,18})?(?:\.[A-Za-z0-9_-]{1,64}){0,8}\Z")
_GROUP = re.compile(rb"\(\?P<\w+>")
_EVIDENCE = {"rank": "rank", "node": "lost_node"}


class UnusableError(Exception):
    """Nothing can be watched; the text says why, empty if nobody needs to know."""


def say(text: str) -> None:
    """One line for the person who reads the job's standard error; never raises."""
    with contextlib.suppress(OSError):
        os.write(2, "{}: {}\n".format(NAME, text).encode("utf-8", "backslashreplace"))


def plain(value: Any, limit: int = NAME_BYTES_MAX) -> str:
    """Any bytes or text as text of at most so many bytes of UTF-8; bytes that are no UTF-8 are shown as escapes."""
    data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    shown = data[: limit + 3].decode("utf-8", "backslashreplace").encode("utf-8", "backslashreplace")
    return shown[:limit].decode("utf-8", "ignore")


class Files:
    """What the watcher asks of the file system; a test has its own."""

    def signature(self, path: str) -> Optional[Tuple[int, int, int, int]]:
        """Device, inode, size and time of change of a file, or None. Equal means: nobody has written to it."""
        try:
            found = os.stat(path)
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def open(self, path: str) -> int:
        """A descriptor to read from. Raises OSError."""
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def read(self, descriptor: int, offset: int, size: int) -> bytes:
        """Bytes from there. Raises OSError."""
        return os.pread(descriptor, size, offset)

    def close(self, descriptor: int) -> None:
        """Done with it."""
        os.close(descriptor)

    def matching(self, pattern: str) -> List[str]:
        """Paths that a shell pattern names now."""
        return glob.glob(pattern)


class Lines:
    """Cuts bytes into lines: linear time, memory of one bounded line. CR ends a line too (progress bars)."""

    def __init__(self) -> None:
        self.open_line = b""
        """Head of the line that has not ended yet."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that this data ends, each cut to LINE_BYTES_MAX."""
        parts = data.replace(b"\r", b"\n").split(b"\n")
        for part in parts[:-1]:
            line, self.open_line = self._joined(part), b""
            yield line
        self.open_line = self._joined(parts[-1])

    def _joined(self, part: bytes) -> bytes:
        return self.open_line + part[: LINE_BYTES_MAX - len(self.open_line)]


class Tail:
    """What is new in one output file. Follows rotation (rename, truncation); begins at the end of what was there."""

    def __init__(self, path: str, files: Files) -> None:
        self.path = path
        self.lines = Lines()
        self._files = files
        self._descriptor = -1
        self._offset = 0
        self._signature = files.signature(path)
        if self._signature is not None:
            self._open(self._signature[2])

    @property
    def exists(self) -> bool:
        """Whether the file was ever there. One that never was proves nothing: perhaps its name is wrong."""
        return self._signature is not None

    def read(self, hear: Callable[[bytes], None]) -> bool:
        """Whether somebody has written to it since the last call; `hear` gets each new line, ended or not."""
        found = self._files.signature(self.path)
        if found is None or found == self._signature:
            return False
        before, self._signature = self._signature, found
        if before is None or before[:2] != found[:2]:
            self._hear_new(hear, None)  # what the old file got before it was moved away
            self._open(0)
        elif found[2] < self._offset:
            self._offset, self.lines = 0, Lines()
        self._hear_new(hear, found[2])
        return True

    def _open(self, offset: int) -> None:
        if self._descriptor >= 0:
            self._files.close(self._descriptor)
        self._descriptor, self._offset, self.lines = -1, offset, Lines()
        try:
            self._descriptor = self._files.open(self.path)
        except OSError as error:
            say("cannot read {}: {}".format(plain(self.path), error.strerror))

    def _hear_new(self, hear: Callable[[bytes], None], size: Optional[int]) -> None:
        if self._descriptor < 0:
            return
        if size is not None and size - self._offset > READ_BYTES_MAX:
            self._offset, self.lines = size - READ_BYTES_MAX, Lines()
        for _ in range(READ_BYTES_MAX // READ_AT_ONCE_BYTES):
            try:
                data = self._files.read(self._descriptor, self._offset, READ_AT_ONCE_BYTES)
            except OSError:
                break
            if not data:
                break
            self._offset += len(data)
            for line in self.lines.feed(data):
                hear(line)
        hear(self.lines.open_line)


class Heartbeats:
    """Files that ranks touch. Only changes count, not what clocks say: file servers and nodes disagree about time."""

    def __init__(self, patterns: Sequence[str], ranks: int, files: Files) -> None:
        self._patterns = patterns
        self._ranks = ranks
        self._files = files
        self._signatures = self._look()
        """Files of an earlier run are in here: they count from their first change on."""
        self._beats: Dict[str, float] = {}
        self._ever: Set[str] = set()

    def read(self, now: float) -> bool:
        """Whether any rank has beaten since the last call. A rank that removes its file has done its work."""
        found = self._look()
        beaten = {path for path, signature in found.items() if self._signatures.get(path) != signature}
        self._beats = {path: at for path, at in self._beats.items() if path in found}
        self._beats.update(dict.fromkeys(beaten, now))
        self._ever |= beaten
        self._signatures = found
        return bool(beaten)

    @property
    def any(self) -> bool:
        """Whether any rank has ever beaten. If none has, perhaps the pattern is wrong."""
        return bool(self._ever)

    def stuck(self, now: float, stall_s: float) -> str:
        """Which ranks no longer beat, as text; empty if none."""
        late = sorted(path for path, at in self._beats.items() if now - at >= stall_s)
        if late:
            more = " and {} more".format(len(late) - PATHS_NAMED_MAX) if len(late) > PATHS_NAMED_MAX else ""
            named = ", ".join(plain(os.path.basename(path), 64) for path in late[:PATHS_NAMED_MAX])
            return "no heartbeat for {:g} s from {}{}".format(stall_s, named, more)
        if len(self._ever) < self._ranks and now >= stall_s:
            return "after {:g} s only {} of {} ranks have a heartbeat".format(stall_s, len(self._ever), self._ranks)
        return ""

    def _look(self) -> Dict[str, Optional[Tuple[int, int, int, int]]]:
        paths = [path for pattern in self._patterns for path in self._files.matching(pattern)]
        return {path: self._files.signature(path) for path in paths}


class Patterns:
    """Which lines tell a lost rank."""

    def __init__(self, sources: Sequence[bytes]) -> None:
        """Raises re.error."""
        self._each: List[Pattern[bytes]] = [re.compile(source) for source in sources]
        self._any = re.compile(b"|".join(b"(?:" + _GROUP.sub(b"(?:", source) + b")" for source in sources) or b"(?!)")

    def find(self, line: bytes) -> Optional[Dict[str, str]]:
        """None, or the groups `rank` and `node` of the first pattern that is found in the line."""
        if not self._any.search(line):
            return None
        for pattern in self._each:
            match = pattern.search(line)
            if match:
                groups = match.groupdict()
                return {name: plain(groups[name]) for name in ("rank", "node") if groups.get(name)}
        return {}


class Finding:
    """Why the job is taken to hang."""

    def __init__(self, reason: str, message: str, groups: Mapping[str, str]) -> None:
        self.reason = reason
        """`lost_rank` or `stalled`."""
        self.message = message
        self.groups = groups


class Watch:
    """Looks at files and decides. Pure but for `files`; `now` is seconds that job and watcher have lived."""

    def __init__(
        self, tails: Sequence[Tail], heartbeats: Optional[Heartbeats], patterns: Patterns, options: Any
    ) -> None:
        self._tails = tails
        self._heartbeats = heartbeats
        self._patterns = patterns
        self._stall_s: float = options.stall_s
        self._lost_rank_s: float = options.lost_rank_s
        self._quote_bytes: int = options.quote_bytes
        self._progress_at = 0.0
        self._last_lines: Deque[bytes] = collections.deque(maxlen=8)
        self._lost: Optional[Tuple[float, bytes, Dict[str, str]]] = None
        self._warned = False

    def look(self, now: float) -> Optional[Finding]:
        """What there is to tell, if anything."""
        progress = self._heartbeats.read(now) if self._heartbeats else False
        for tail in self._tails:
            progress = tail.read(functools.partial(self._hear, now)) or progress
        if progress:
            self._progress_at = now
        return self._lost_rank(now) or self._stalled(now)

    def _hear(self, now: float, line: bytes) -> None:
        if not line.strip():
            return
        self._last_lines.append(line)
        if self._lost is None:
            groups = self._patterns.find(line)
            if groups is not None:
                self._lost = now, line, groups

    def _lost_rank(self, now: float) -> Optional[Finding]:
        if self._lost is None:
            return None
        at, line, groups = self._lost
        if self._progress_at > at + self._lost_rank_s:
            self._lost = None  # the job has gone on without it
            return None
        if now - max(at, self._progress_at) < self._lost_rank_s:
            return None
        return Finding("lost_rank", "a rank was lost and nothing came after it" + self._quoted([line]), groups)

    def _stalled(self, now: float) -> Optional[Finding]:
        if self._heartbeats is not None:
            stuck = self._heartbeats.stuck(now, self._stall_s)
            blind = not stuck and not self._heartbeats.any
        else:
            stuck = "no output for {:g} s".format(self._stall_s) if now - self._progress_at >= self._stall_s else ""
            blind = not any(tail.exists for tail in self._tails)
        if blind and not self._warned and now >= self._stall_s:
            say("has seen nothing of the job yet: is the name of --output or --heartbeat right?")
            self._warned = True
        return Finding("stalled", stuck + self._quoted(self._last_lines), {}) if stuck and not blind else None

    def _quoted(self, lines: Sequence[bytes]) -> str:
        text = b"\n".join(lines)
        kept = text[len(text) - self._quote_bytes :] if 0 < self._quote_bytes < len(text) else text
        return "; output: " + plain(kept, MESSAGE_BYTES_MAX) if kept and self._quote_bytes else ""


class Process:
    """A process that must not be taken for a later one with the same number."""

    def __init__(self, pid: int) -> None:
        """Raises UnusableError if there is no such process, or no /proc."""
        self._path = "/proc/{}/stat".format(pid)
        self._born = self._read()[1]
        if not self._born:
            raise UnusableError("/proc has no process {}".format(pid))

    def state(self) -> str:
        """Its state's letter (`T`: stopped); empty if it has ended."""
        letter, born = self._read()
        return letter if born == self._born and letter not in "ZXx" else ""

    def _read(self) -> Tuple[str, str]:
        try:
            with open(self._path, "rb") as file:
                fields = file.read(4096).rpartition(b")")[2].split()
            return fields[0].decode("ascii"), fields[19].decode("ascii")  # proc(5): state, starttime
        except (OSError, IndexError):
            return "", ""


def follow(
    watch: Watch,
    process: Process,
    report: Callable[[Finding], bool],
    poll_s: float,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Watch until the process has ended, or its failure has been told. A report that cannot be written is tried again.

    Only lived time counts: a gap much longer than the sleep means that this process was stopped, as the job was.
    """
    pause_s = min(poll_s, SLICE_S)
    lived = next_look = 0.0
    last = monotonic()
    while True:
        state = process.state()
        if not state:
            return
        now = monotonic()
        if state not in "Tt":
            lived += min(now - last, 2 * pause_s + 1)
        last = now
        if lived >= next_look:
            finding = watch.look(lived)
            if finding and process.state() and report(finding):
                return
            next_look = lived + max(poll_s, min(LOOK_PAUSES * (monotonic() - now), PAUSE_POLLS_MAX * poll_s))
        sleep(pause_s)


def append_line(path: str, line: bytes) -> None:
    """Append a line in a single write, so that writers at the same time do not mix. Raises OSError.

    Follows no symbolic link, because the directory may be one that everybody may write to.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o644)
    try:
        if os.write(descriptor, line) != len(line):
            os.write(descriptor, b"\n")
            raise OSError(28, "No space left on device")
    finally:
        os.close(descriptor)


class Reporter:
    """Writes the one line."""

    def __init__(self, path: str, job: Mapping[str, Any], wall_clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._job = job
        self._wall_clock = wall_clock
        self._line = b""
        self._trouble = ""

    def __call__(self, finding: Finding) -> bool:
        """Whether the failure is told now. Says so, or why not, on standard error."""
        if not self._line:  # of a failure that is told late, the time stays that of the failure
            told = dict(self._job, occurred_at=int(self._wall_clock()), reason=finding.reason, emitter=NAME)
            told.update(message=plain(finding.message, MESSAGE_BYTES_MAX))
            told.update({_EVIDENCE[name]: value for name, value in finding.groups.items()})
            self._line = json.dumps(told, sort_keys=True).encode("ascii") + b"\n"
        try:
            append_line(self._path, self._line)
        except OSError as error:
            trouble = "cannot write to {}: {}; goes on trying".format(plain(self._path), error.strerror)
            if trouble != self._trouble:
                say(trouble)
            self._trouble = trouble
            return False
        say("told in {}: {}, job {}".format(plain(self._path), finding.reason, self._job["job_id"]))
        return True


def read_config(path: str) -> Dict[str, str]:
    """`NAME=value` lines, shared by all emitters of a cluster; `#` begins a comment line. No file: nothing set."""
    try:
        with open(path, "rb") as file:
            text = file.read(CONFIG_BYTES_MAX).decode("utf-8", "replace")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def identify(options: Any, environ: Mapping[str, str], settings: Mapping[str, str]) -> Dict[str, Any]:
    """Who the job is, from options, the scheduler's environment and the settings. Raises UnusableError.

    Second Wind compares start, restarts, node, name and owner with what the scheduler lists, and believes nothing if
    they differ. So only the scheduler's own words are told, and what is not certain is left out. Slurm tells all of it
    (sbatch(1), Output Environment Variables), PBS neither start nor restarts (qsub(1B), Environment Variables).
    """
    slurm = "SLURM_JOB_ID" in environ and "PBS_JOBID" not in environ
    job_id = options.job_id or environ.get("PBS_JOBID") or environ.get("SLURM_JOB_ID", "")
    if slurm and not options.job_id and environ.get("SLURM_ARRAY_TASK_ID"):
        # SLURM_JOB_ID of one element of an array may stand for the whole array (slurm.schedmd.com/prolog_epilog.html)
        job_id = "{}_{}".format(environ.get("SLURM_ARRAY_JOB_ID", job_id), environ["SLURM_ARRAY_TASK_ID"])
    cluster_id = options.cluster_id or settings.get("SECONDWIND_CLUSTER_ID", "")
    if not _JOB_ID.match(job_id):
        raise UnusableError("no usable job id in --job-id, PBS_JOBID or SLURM_JOB_ID: {!r}".format(plain(job_id)))
    if not _CLUSTER_ID.match(cluster_id):
        raise UnusableError("no usable cluster id in --cluster-id, SECONDWIND_CLUSTER_ID or {}".format(options.config))
    restarts = environ.get("SLURM_RESTART_COUNT", "0") if slurm else None
    told = {
        "schema": "job-failure/1",
        "system": "ehpc",
        "cluster_id": cluster_id,
        "job_id": job_id,
        "region": options.region or settings.get("SECONDWIND_REGION"),
        "started_at": _digits(options.started_at or (environ.get("SLURM_JOB_START_TIME") if slurm else None)),
        "restart_count": _digits(restarts if options.restart_count is None else options.restart_count),
        "node": environ.get("SLURMD_NODENAME") if slurm else _first_node(environ.get("PBS_NODEFILE")),
        "job_name": environ.get("SLURM_JOB_NAME" if slurm else "PBS_JOBNAME"),
        "queue": environ.get("SLURM_JOB_PARTITION" if slurm else "PBS_QUEUE"),
        "owner": _owner(environ.get("SLURM_JOB_USER" if slurm else "PBS_O_LOGNAME")),
        "host": socket.gethostname(),
    }
    return {
        name: value for name, value in ((name, _certain(value)) for name, value in told.items()) if value is not None
    }


def _certain(value: Any) -> Any:
    """The value; of text its head, and None if that is empty or no UTF-8, for its escapes would equal nothing."""
    if not isinstance(value, str):
        return value
    try:
        value.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return None
    return plain(value) or None


def _first_node(path: Optional[str]) -> Optional[str]:
    """The job's first node as PBS spells it: first line of PBS_NODEFILE."""
    try:
        with open(path or "", "rb") as file:
            return os.fsdecode(file.readline(NAME_BYTES_MAX).strip())
    except OSError:
        return None


def _owner(told: Optional[str]) -> Optional[str]:
    """The job's owner, if scheduler and operating system agree about it."""
    try:
        return told if told == pwd.getpwuid(os.getuid()).pw_name else None
    except KeyError:
        return told


def _digits(value: Optional[str]) -> Optional[int]:
    return int(value) if value is not None and re.match(r"[0-9]{1,12}\Z", str(value)) else None


class Parser(argparse.ArgumentParser):
    """Raises UnusableError instead of ending the process: a wrong option must not keep the job from running."""

    def error(self, message: str) -> NoReturn:
        """As argparse calls it."""
        raise UnusableError(message + " (see --help)")


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= SECONDS_MAX:
        raise ValueError(text)
    return value


def parser() -> Parser:
    """The options."""
    made = Parser(prog=NAME, allow_abbrev=False, usage="%(prog)s [OPTION ...] [-- COMMAND ARGUMENT ...]")
    add = made.add_argument
    add("--output", action="append", default=[], metavar="FILE", help="the job's output, default stdout and stderr")
    add("--heartbeat", action="append", default=[], metavar="GLOB", help="files that ranks touch; they decide then")
    add("--ranks", type=int, default=0, metavar="N", help="so many heartbeat files must appear within --stall-s")
    add("--stall-s", type=_seconds, default=1800.0, metavar="S", help="no progress for so long: hangs (default 1800)")
    add("--lost-rank-s", type=_seconds, default=60.0, metavar="S", help="silence after a lost rank (default 60)")
    add("--pattern", action="append", default=[], metavar="REGEX", help="a further line that tells a lost rank")
    add("--only-my-patterns", action="store_true", help="leave out the built-in patterns")
    add("--quote-bytes", type=int, default=2048, metavar="N", help="output told with the failure; 0: none")
    add("--poll-s", type=_seconds, default=5.0, metavar="S", help="between two looks (default 5)")
    add("--pid", type=int, default=0, help="without a command: the process to watch, default the parent")
    add("--cluster-id", help="ehpc-...; default SECONDWIND_CLUSTER_ID from the environment or the settings file")
    add("--region", help="default SECONDWIND_REGION; absent: that of the function")
    add("--job-id", help="default PBS_JOBID or SLURM_JOB_ID")
    add("--restart-count", metavar="N", help="the scheduler's counter, default SLURM_RESTART_COUNT")
    add("--started-at", metavar="UNIX_S", help="start of this run by the scheduler, default SLURM_JOB_START_TIME")
    add("--report-file", metavar="FILE", help="default watcher-<uid>.log in SECONDWIND_REPORT_DIR or " + REPORT_DIR)
    add("--config", default=CONFIG_FILE, metavar="FILE", help="settings of the cluster (default %(default)s)")
    return made


def prepare(arguments: Sequence[str], environ: Mapping[str, str]) -> Tuple[Any, Watch, Reporter]:
    """Options, what to watch and where to tell it. Raises UnusableError."""
    options = parser().parse_args(arguments)
    settings = dict(read_config(options.config), **{name: environ[name] for name in environ if "SECONDWIND" in name})
    if any(environ.get(name, "0") not in ("", "0") for name in ("SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK")):
        raise UnusableError("")  # not the first rank: one watcher a job is enough, and no line from each
    job = identify(options, environ, settings)
    files = Files()
    heartbeats = Heartbeats(options.heartbeat, options.ranks, files) if options.heartbeat else None
    outputs = options.output or own_outputs()
    if not outputs and heartbeats is None:
        raise UnusableError("standard output is no file: name --output or --heartbeat")
    sources = [] if options.only_my_patterns else list(LOST_RANK)
    try:
        patterns = Patterns(sources + [os.fsencode(text) for text in options.pattern])
    except re.error as error:
        raise UnusableError("--pattern: {}".format(error)) from None
    folder = settings.get("SECONDWIND_REPORT_DIR") or REPORT_DIR
    report_file = options.report_file or os.path.join(folder, "watcher-{}.log".format(os.getuid()))
    return (
        options,
        Watch([Tail(path, files) for path in outputs], heartbeats, patterns, options),
        Reporter(report_file, job),
    )


def own_outputs() -> List[str]:
    """Standard output and error, where they are files, as paths that stay good if the files are renamed.

    None if standard output is no file: silence on standard error alone is no sign of a job that hangs.
    """
    paths: Dict[Tuple[int, int], str] = {}
    for descriptor in (1, 2):
        try:
            found = os.fstat(descriptor)
        except OSError:
            break
        if not stat.S_ISREG(found.st_mode):
            break
        paths.setdefault((found.st_dev, found.st_ino), "/proc/self/fd/{}".format(os.dup(descriptor)))
    return list(paths.values())


def parent() -> int:
    """The script that started this. Raises UnusableError if it has ended already and another stands in its place."""
    found = os.getppid()
    try:
        if os.getsid(found) == os.getsid(0):
            return found
    except OSError:
        pass
    raise UnusableError("the script that started it has ended: name --pid")


def start_beside(watch: Callable[[], None]) -> None:
    """Run `watch` in a process that is no child of this one, so that the command never meets it. Raises OSError."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        if os.fork() == 0:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
                signal.signal(number, signal.SIG_IGN)  # meant for the command
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            watch()
    except BaseException as error:  # noqa: BLE001 - beside the job nothing may be raised, only told
        say("stops watching: {!r}".format(error))
    finally:
        os._exit(0)


def first_environment() -> Dict[bytes, bytes]:
    """The environment as this process got it: Python 3.7 and newer may add LC_CTYPE to its own (PEP 538)."""
    try:
        with open("/proc/self/environ", "rb") as file:
            pairs = (entry.partition(b"=") for entry in file.read().split(b"\0") if b"=" in entry)
            return {name: value for name, _, value in pairs}
    except OSError:
        return dict(os.environb)


def become(command: Sequence[str]) -> int:
    """Turn this process into the command; returns only if that fails, with a shell's exit status for it."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)  # Python ignores them
    try:
        os.execvpe(command[0], list(command), first_environment())
    except OSError as error:
        say("cannot run {}: {}".format(plain(command[0]), error.strerror))
        return 127 if isinstance(error, FileNotFoundError) else 126


def main(arguments: Sequence[str]) -> int:
    """Exit status: the command's; without one 0, or 2 if nothing can be watched."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    command = arguments[split + 1 :]
    try:
        options, watch, report = prepare(arguments[:split], os.environ)
        process = Process(os.getpid() if command else options.pid or parent())
        if command:
            start_beside(lambda: follow(watch, process, report, options.poll_s))
        else:
            follow(watch, process, report, options.poll_s)
            return 0
    except SystemExit:  # --help
        if not command:
            raise
    except UnusableError as error:
        if str(error):
            say("does not watch: {}".format(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the command must run
        say("does not watch: {!r}".format(error))
    return become(command) if command else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
