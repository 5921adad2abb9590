"""SchedulerX 2: instances of scheduled jobs, rerun by a new instance of the failed one's day."""
