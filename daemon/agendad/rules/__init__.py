"""Text to meaning: YAML files that a person edits become rules, settings and people, or diagnostics with a place.

`load` is the way in; `tree` and `source` know YAML, `fields` what each key means, `grammar` the phrases.
"""
