"""Label printers that speak ZPL II over TCP port 9100."""
