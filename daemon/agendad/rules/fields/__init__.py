"""THE table of fields: every key of every file that a person edits, with its reader, meaning, example and synonyms.

One module a kind of mapping, because together they are long. `rules/table.py` says what a field is.
"""
