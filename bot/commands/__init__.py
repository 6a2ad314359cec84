"""The subcommands of `baton`, one file per subject; `bot/cli.py` mounts them."""
