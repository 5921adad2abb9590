"""Job systems: each adapter looks at one system's jobs and reruns them, through one signed transport."""
