"""Function Compute: deployed functions behind two HTTP doors, synchronous and asynchronous calls."""
