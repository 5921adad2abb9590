"""SchedulerX 3, the XXL-JOB edition."""
