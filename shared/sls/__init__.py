"""Log Service: pulls the logs of a trigger's range, puts outcomes. The only importer of its SDK, loaded when called."""

from shared.sls.calls import REQUEST_ID, Access, LogCallFailed
from shared.sls.sink import SlsSink
from shared.sls.source import SlsSource

__all__ = ["REQUEST_ID", "Access", "LogCallFailed", "SlsSink", "SlsSource"]
