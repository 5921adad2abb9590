"""Alibaba Cloud on localhost, with real wire protocols and checked signatures: official SDKs talk to it unmodified.

One folder a service; `services.py` lists them, `cloud.py` puts them together. Simulated is only what cannot be here:
the job systems themselves. It imports nothing else of this repository.
"""
