"""Calendars of the outside world behind the ports; each is imported only when the configuration names it."""
