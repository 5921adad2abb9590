"""Alibaba Cloud on localhost: E-HPC, SchedulerX, Log Service, EventBridge and Function Compute in one process.

Real wire protocols with checked signatures, so that the official SDKs talk to it unmodified. Simulated is only what
cannot be here: the job systems themselves.
"""
