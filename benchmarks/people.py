"""`agendad people` with 10,000 people in three tiers beside the same with 100: whole processes, in pairs.

    python benchmarks/people.py [PAIRS]

Stated figure: at most 6 times, whether the people stand in people.yaml or in vCards, one file each. The pairs take
turns, so that a slow moment of the machine hits both alike; the median of the ratios within each pair is printed. The
first run, which reads every vCard, and that of `people --json` are printed as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

FEW, MANY, LIMIT = 100, 10_000, 6.0
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
CONFIGURATION = """\
version: 1
me: {name: Ada Martin, emails: [ada@example.com], domains: [example.com]}
timezone: Europe/Paris
calendar: {provider: local, path: calendars, write: personal, read: [personal]}
"""
CARD = """\
BEGIN:VCARD
VERSION:4.0
UID:urn:uuid:{number}
FN:Person {number}
N:{number};Person;;;
EMAIL;TYPE=work;PREF=1:p{number}@example.org
TEL;TYPE=cell:+33 6 00 00 00 00
ADR;TYPE=home:;;1 rue de la Paix;Paris;;75002;France
CATEGORIES:{group}
X-AGENDAD-TIER:{tier}
REV:20261101T000000Z
END:VCARD
"""
MEETING = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//benchmark//EN
BEGIN:VEVENT
UID:{number}@example.org
DTSTAMP:20260101T000000Z
DTSTART:{start:%Y%m%dT%H%M%S}Z
DTEND:{end:%Y%m%dT%H%M%S}Z
SUMMARY:Meeting {number}
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com
ATTENDEE;PARTSTAT=ACCEPTED:mailto:p{person}@example.org
END:VEVENT
END:VCALENDAR
"""


def tier(number: int, people: int) -> int:
    """Half a percent in the first tier, one in the second, the rest in the third; at least some in each."""
    return 1 if number < max(5, people // 200) else 2 if number < max(15, people // 66) else 3


def installation(folder: Path, people: int, *, vcards: bool) -> Path:
    """A configuration with so many people, and the meetings of a year with a hundred of them."""
    (folder / "rules").mkdir(parents=True)
    (folder / "calendars/personal").mkdir(parents=True)
    (folder / "rules/work.yaml").write_text(
        "version: 1\nrules:\n  deep-work: {block: Deep work, every: weekday, lasts: 2h}\n"
    )
    numbers = range(people)
    if vcards:
        (folder / "contacts").mkdir()
        for number in numbers:
            card = CARD.format(number=number, group=f"g{number % 7}", tier=tier(number, people))
            (folder / f"contacts/{number}.vcf").write_text(card)
    else:
        entries = [
            f"  p{n}: {{name: Person {n}, emails: [p{n}@example.org], groups: [g{n % 7}], tier: {tier(n, people)}}}"
            for n in numbers
        ]
        (folder / "people.yaml").write_text("\n".join(["version: 1", "people:", *entries, ""]))
    (folder / "agendad.yaml").write_text(CONFIGURATION + ("people: {path: contacts/}\n" if vcards else ""))
    for number in range(365):
        start = NOW - timedelta(days=number, hours=-4)
        end = start + timedelta(hours=1)
        text = MEETING.format(number=number, start=start, end=end, person=number % FEW)
        (folder / f"calendars/personal/{number}.ics").write_text(text.replace("\n", "\r\n"))
    return folder


def took(folder: Path, *words: str) -> float:
    """Seconds of one whole run."""
    command = [sys.executable, "-m", "agendad", "people", *words, "--quiet", "--now", "2026-11-23T08:00"]
    folders = ["--config", str(folder), "--state", str(folder / "state")]
    began = time.perf_counter()
    subprocess.run([*command, *folders], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Prints one line for each way of keeping people."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as name:
        for kind in ("people.yaml", "vCards"):
            few, many = (
                installation(Path(name, kind, str(people)), people, vcards=kind == "vCards") for people in (FEW, MANY)
            )
            first = [took(folder) for folder in (few, many)]
            time.sleep(2.1)  # what changed a moment ago is not yet kept
            for folder in (few, many):
                took(folder)
            for words in ((), ("--json",)):
                times = [(took(few, *words), took(many, *words)) for _ in range(pairs)]
                ratio = median(long / short for short, long in times)
                verdict = "within" if ratio <= LIMIT else "MISSED"
                print(
                    f"{' '.join(['people', *words]):14} {kind:12} {FEW:,}: {median(t[0] for t in times):.2f} s, "
                    f"{MANY:,}: {median(t[1] for t in times):.2f} s, ratio {ratio:.2f} ({verdict} {LIMIT:g})"
                )
            print(f"{'first run':14} {kind:12} {FEW:,}: {first[0]:.2f} s, {MANY:,}: {first[1]:.2f} s")
    print(f"machine: {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
