"""Frozen value types that every layer shares: events, rules, plans, identity, reasons, settings.

Nothing here reads a file, a clock or the network.
"""
