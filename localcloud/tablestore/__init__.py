"""Tablestore: tables, rows and indexes in memory."""
