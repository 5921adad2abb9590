"""REPORTING ONLY: nothing is restarted because of this PBS hook.

When it runs, the job's processes have ended; E-HPC reruns only live jobs, so Second Wind answers each of its lines with
`ineligible`, reason `job_finished`. It is for the statistics of what fails. To have jobs restarted, use
stuck_rank_watcher.py, which tells of them while they live.

An execution hook for `execjob_epilogue` (OpenPBS, PBS Professional; their Python 3). On the job's first node it appends
one `job-failure/1` line if the job did not exit with 0. It accepts the event always, whatever goes wrong.

    qmgr -c "create hook secondwind"
    qmgr -c "set hook secondwind event = execjob_epilogue"
    qmgr -c "set hook secondwind fail_action = none"
    qmgr -c "import hook secondwind application/x-python default pbs_hook.py"

PBS starts hooks without the users' environment; the cluster id comes from /etc/secondwind/emitters.conf on the node.
"""

import errno
import json
import os
import stat
import time
from typing import Any, Dict, Optional, Tuple

import pbs

CONFIG_FILE = os.environ.get("SECONDWIND_EMITTERS_CONF", "/etc/secondwind/emitters.conf")
REPORT_DIR = "/var/log/secondwind"
TEXT_CHARS_MAX = 256


def settings() -> Dict[str, str]:
    """`NAME=value` lines of the cluster's settings file."""
    with open(CONFIG_FILE, "rb") as file:
        lines = file.read(65536).decode("utf-8", "replace").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def told(job: Any) -> Tuple[str, Dict[str, Any]]:
    """The folder to report to, and the announcement. `run_count` counts runs from 1, so restarts are one less."""
    known = settings()
    found = {
        "schema": "job-failure/1",
        "system": "ehpc",
        "emitter": "pbs_hook",
        "has_ended": "true",
        "cluster_id": known["SECONDWIND_CLUSTER_ID"],
        "region": known.get("SECONDWIND_REGION"),
        "job_id": text(job.id),
        "occurred_at": int(time.time()),
        "exit_code": int(job.Exit_status),
        "node": text(pbs.get_local_nodename()),
        "job_name": text(getattr(job, "Job_Name", None)),
        "queue": text(getattr(job, "queue", None)),
        "owner": text(getattr(job, "Job_Owner", None)),
    }
    runs = text(getattr(job, "run_count", None)) or ""
    if runs.isdigit() and int(runs) > 0:
        found["restart_count"] = int(runs) - 1
    return known.get("SECONDWIND_REPORT_DIR") or REPORT_DIR, {
        name: value for name, value in found.items() if value is not None
    }


def text(value: Any) -> Optional[str]:
    """A PBS attribute as bounded text, None if it is not set."""
    return None if value is None else str(value)[:TEXT_CHARS_MAX].encode("utf-8", "replace").decode("utf-8")


def main(event: Any) -> None:
    """Append the line if the job failed."""
    job = event.job
    if not job.in_ms_mom() or job.Exit_status is None or int(job.Exit_status) == 0:
        return
    folder, announcement = told(job)
    line = (json.dumps(announcement) + "\n").encode()
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(os.path.join(folder, "pbs-hook.log"), flags, 0o644)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "is no regular file")
        size = found.st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # behind what a full disk has left of another
        if os.write(descriptor, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(descriptor)


the_event = pbs.event()
try:
    main(the_event)
except Exception as error:  # noqa: BLE001 - a hook of ours must not harm a job
    pbs.logmsg(pbs.LOG_WARNING, "secondwind: not reported: %r" % (error,))
the_event.accept()
