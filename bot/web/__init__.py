"""The web: REST, the console, health. `create_app(services)` makes the whole of it."""
