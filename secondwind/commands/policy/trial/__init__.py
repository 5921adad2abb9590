"""Tests of a policy: what is told, what is seen and what is remembered, and what has to be decided about it."""
