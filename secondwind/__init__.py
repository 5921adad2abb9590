"""What runs on a person's machine: the command line, and Alibaba Cloud on localhost."""
