"""The fields of `agendad.yaml` that only the daemon reads: what it shows of itself, and to whom it speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.rules.fields.common import STRING, words
from agendad.rules.table import Field
from agendad.rules.values import refuse, scalar, shown, word_of

if TYPE_CHECKING:
    from agendad.rules.tree import Node

PORTS: Final = range(1, 65536)


def _metrics(node: Node) -> tuple[str, int]:
    """A loopback address and a port: `127.0.0.1:9464`, `localhost:9464`, `[::1]:9464`.

    Metrics have no password, so nobody outside this machine may read them.
    """
    from ipaddress import ip_address

    word = scalar(node).text.strip()
    host, _, digits = word.rpartition(":")
    port = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len("65535") else 0
    likely = f"127.0.0.1:{port}" if port in PORTS else "127.0.0.1:9464"
    if port not in PORTS or not host:
        message = f"`{shown(word)}` is not an address with a port"
        refuse(node, "bad-address", message, f"did you mean `{likely}`?" if port else f"write for example `{likely}`")
    if host == "localhost":
        return "127.0.0.1", port
    bare = host.removeprefix("[").removesuffix("]")
    try:
        address = ip_address(bare)
        usable = address.is_loopback
    except ValueError:
        usable = False
    if not usable:
        message = f"`{shown(host)}` is not an address of this machine alone, and metrics are served nowhere else"
        refuse(node, "bad-address", message, f"did you mean `{likely}`?")
    if host != (meant := f"[{bare}]" if ":" in bare else bare):
        message = f"`{shown(word)}` does not tell the address from the port"
        refuse(node, "bad-address", message, f'did you mean `"{meant}:{port}"`?')
    return str(address), port


METRICS: Final = Field(
    "metrics",
    _metrics,
    "where the daemon serves metrics for Prometheus: a loopback address; nowhere unless it is said",
    "127.0.0.1:9464",
    STRING,
    synonyms=("prometheus", "metric", "listen"),
)
NOTICE: Final = Field(
    "notice",
    word_of("desktop", "none"),
    "how the daemon tells once of a rule file that it cannot take up, besides `status` and the log",
    "desktop",
    words("desktop", "none"),
    synonyms=("notify", "notification", "notifications", "notices"),
)
