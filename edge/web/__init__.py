"""The web: login, the handheld, the console, the host API, static files. The only door for people and machines."""
