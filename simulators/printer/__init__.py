"""A label printer on TCP port 9100."""
