"""agendad keeps a person's calendar in the rhythm that their rule files describe."""

__version__ = "0.1.0"
