"""What Second Wind is made of, without the doors: domain, policy, intake, adapters and the corridor."""
