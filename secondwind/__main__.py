"""`python -m secondwind`, for where the installed command is not on the path."""

from __future__ import annotations

import sys

from secondwind.cli import main

sys.exit(main())
