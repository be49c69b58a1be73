"""A PLC: the inputs, outputs and counters of gates and conveyors behind Modbus."""
