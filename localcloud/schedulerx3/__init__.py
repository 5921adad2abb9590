"""SchedulerX 3 on localhost."""
