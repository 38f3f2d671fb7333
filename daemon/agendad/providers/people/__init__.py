"""People as other programs keep them: vCards and spreadsheets. Nothing here writes but the cache of `folder.py`."""
