"""A barcode scanner on a cable."""
