"""A failure's text as rules see it: without what terminals, launchers and loggers put around it."""
