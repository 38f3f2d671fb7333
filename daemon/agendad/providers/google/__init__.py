"""Google Calendar and Gmail behind the ports. Its libraries are imported when a call to Google is due, never before."""
