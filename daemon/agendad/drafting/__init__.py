"""Text from templates, in a sandbox. Called by `app/`, which hands the results to the core."""
