"""SchedulerX 2 (2019-04-30), and the groups behind it."""
