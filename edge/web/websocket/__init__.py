"""WebSockets for uvicorn, the server's side of RFC 6455: enough to hear what machines report, and nothing more."""
