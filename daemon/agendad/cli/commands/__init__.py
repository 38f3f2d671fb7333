"""One module a command, imported only when the command is named.

Each has `arguments(parser)`, which adds its own options, and `run(args, context)`, which does the work and returns the
exit status. What a person can do something about is raised as an AgendadError; `main.py` prints it.
"""
