"""Calendars and mail on this machine's own disk: vdirs and Maildirs."""
