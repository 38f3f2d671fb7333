"""The daemon: what `agendad run` is made of, from the loop that waits to the words that systemd hears.

    scheduler   waits: APScheduler, behind one module
    daemon      decides at each step what is due, and does it
    files       notices that a file of the configuration changed
    control     answers other commands over a socket in the state folder
    notify      tells systemd how it stands
    journal     writes the log
    notice      tells the person of a broken rule file
    health      how the daemon stands, as `status` and the metrics show it
    metrics     the numbers of that, for Prometheus

`daemon` knows no thread, no sleep and no clock of its own, so that the simulation in `tests/machine` lives
weeks of it in seconds.
"""
