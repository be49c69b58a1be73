"""Pure vocabulary of the warehouse: states, reasons, roles. Imports nothing of Genba."""
