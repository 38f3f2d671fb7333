"""The ledger: what was written, what was intended, why, and every change made, in one SQLite file.

`decisions.json` beside it keeps what no calendar can show again, so losing the ledger costs only history. Importing
this package imports sqlite3; a command that needs no state should not.
"""

from agendad.ledger.store import Ledger, Run

__all__ = ["Ledger", "Run"]
