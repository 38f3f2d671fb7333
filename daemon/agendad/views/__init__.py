"""The plan as a picture: pure functions from a frozen view model to text and HTML; called by `app/`."""
