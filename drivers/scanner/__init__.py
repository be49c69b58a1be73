"""Fixed and cabled barcode scanners over serial lines and TCP."""
