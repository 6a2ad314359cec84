"""Slack behind the ports: events and clicks come in, lines and cards go out. Nothing here knows another platform."""
