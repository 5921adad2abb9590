"""`secondwind cloud`: Alibaba Cloud on localhost until Ctrl-C."""
