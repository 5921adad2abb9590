"""Tells Second Wind of a failed SchedulerX job instance, from the worker's own logging. Python 3.6 or newer.

failures = logging.getLogger("job-failures")
failures.addHandler(JobFailureHandler("/var/log/secondwind/schedulerx.log", "<namespace id>", "<group id>"))
…
except Exception:
    failures.exception("nightly report", extra={"job_id": 92583, "job_instance_id": 11111111})
    raise  # so that SchedulerX sees the failure as well: only a FAILED instance is rerun

`job_id` and `job_instance_id`, or `data_time` ("YYYY-MM-DD HH:MM:SS"), come from the job's context; a record without
`job_id` is no announcement. The message with its traceback, of which the last 4,096 characters are kept, is what the
policy's rules match. One write a line: threads and processes may share the file, which Logtail collects.
"""

import errno
import json
import logging
import os
import time


class JobFailureHandler(logging.Handler):
    """Appends one `job-failure/1` line for each record of level ERROR or above that names a job."""

    def __init__(self, path: str, namespace: str, group_id: str) -> None:
        super().__init__(logging.ERROR)
        self._path = path
        self._scope = {"schema": "job-failure/1", "system": "schedulerx", "namespace": namespace, "group_id": group_id}

    def emit(self, record: logging.LogRecord) -> None:
        """As logging calls it; a file that cannot be written is told as logging does, and never raises."""
        try:
            names = ("job_id", "job_instance_id", "data_time", "started_at", "restart_count", "job_name")
            job = {name: getattr(record, name) for name in names if getattr(record, name, None) is not None}
            if "job_id" in job:
                told = dict(self._scope, **job, occurred_at=int(record.created), message=self.format(record)[-4096:])
                self._append((json.dumps(told, default=str) + "\n").encode())
        except Exception:  # noqa: BLE001 - a log handler must not fail the job
            self.handleError(record)

    def _append(self, line: bytes) -> None:
        """Behind what a full disk has left of another line this one begins anew. Raises OSError."""
        with open(self._path, "ab+", buffering=0) as file:
            seen = self._open_end(file.fileno())
            if seen:
                time.sleep(0.05)  # who is just writing it is done by then
                line = b"\n" * (self._open_end(file.fileno()) == seen) + line
            if file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @staticmethod
    def _open_end(descriptor: int) -> int:
        """The size of a file whose last line has no end, else 0."""
        size = os.fstat(descriptor).st_size
        return size if size and os.pread(descriptor, 1, size - 1) != b"\n" else 0
