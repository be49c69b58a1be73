"""Digital and analogue I/O over Modbus: named points, polled and reconciled, one task per unit."""
