"""Mail between the model and its bytes (RFC 5322, MIME): what a draft looks like, and what a mail says of itself.

Every mail provider calls it, and whoever hands a draft out as a file. Pure functions of their arguments.
"""

from agendad.providers.mime.reading import message, standing
from agendad.providers.mime.writing import compose, deliverable

__all__ = ["compose", "deliverable", "message", "standing"]
