"""What a night was: outcomes in, a typed report out. Pure, for the command line, the console and messages alike."""

from shared.report.fate import Fate
from shared.report.make import ReportTerms, report_of
from shared.report.model import NightReport

__all__ = ["Fate", "NightReport", "ReportTerms", "report_of"]
