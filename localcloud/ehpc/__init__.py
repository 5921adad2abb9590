"""E-HPC 2018-04-12, and the clusters behind it."""
