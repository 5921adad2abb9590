"""The console, over an HTTP trigger."""
