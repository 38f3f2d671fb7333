"""`python -m agendad` is the `agendad` command."""

import sys

from agendad.cli.main import main

sys.exit(main())
