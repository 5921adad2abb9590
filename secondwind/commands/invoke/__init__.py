"""`secondwind invoke`: an event file through its function, on this machine or where it is deployed."""
