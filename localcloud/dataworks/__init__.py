"""DataWorks on localhost: the task instances of its Operation Center."""
