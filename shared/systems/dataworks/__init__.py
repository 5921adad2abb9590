"""DataWorks, its Operation Center (API 2024-05-18)."""
