"""The command line: parse, call `app/`, print, exit. `main.py` is the frame, `commands/` holds one file a command."""
