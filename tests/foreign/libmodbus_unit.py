"""A unit played by libmodbus (C), in a process of its own: `libmodbus_unit.py tcp` or `libmodbus_unit.py rtu DEVICE`.

Prints its TCP port (0 on a serial line) when it is ready, and serves until it is killed. Its inputs hold PATTERN and
0x12345678; its coils and holding registers are 16 each.
"""

import ctypes
import os
import socket
import sys

PATTERN = (1, 0, 1, 1, 0, 0, 0, 1, 1, 1)
WORDS = (0x1234, 0x5678)
UNIT = 7
SIZE = 16
LONGEST = 260


class Mapping(ctypes.Structure):
    """`modbus_mapping_t` of libmodbus 3.1."""

    _fields_ = (
        ("nb_bits", ctypes.c_int),
        ("start_bits", ctypes.c_int),
        ("nb_input_bits", ctypes.c_int),
        ("start_input_bits", ctypes.c_int),
        ("nb_input_registers", ctypes.c_int),
        ("start_input_registers", ctypes.c_int),
        ("nb_registers", ctypes.c_int),
        ("start_registers", ctypes.c_int),
        ("bits", ctypes.POINTER(ctypes.c_uint8)),
        ("input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("registers", ctypes.POINTER(ctypes.c_uint16)),
    )


def main(wire: str, device: str = "") -> None:
    lib = ctypes.CDLL("libmodbus.so.5")
    lib.modbus_new_tcp.restype = lib.modbus_new_rtu.restype = ctypes.c_void_p
    lib.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
    cells = lib.modbus_mapping_new(SIZE, SIZE, SIZE, SIZE)
    for i, bit in enumerate(PATTERN):
        cells.contents.input_bits[i] = bit
    for i, word in enumerate(WORDS):
        cells.contents.input_registers[i] = word
    if wire == "tcp":
        context = ctypes.c_void_p(lib.modbus_new_tcp(b"127.0.0.1", 0))
        listening = ctypes.c_int(lib.modbus_tcp_listen(context, 1))
        with socket.socket(fileno=os.dup(listening.value)) as door:
            tell(door.getsockname()[1])
        while True:
            lib.modbus_tcp_accept(context, ctypes.byref(listening))
            serve(lib, context, cells)
    context = ctypes.c_void_p(lib.modbus_new_rtu(device.encode(), 19200, ctypes.c_char(b"N"), 8, 1))
    lib.modbus_set_slave(context, UNIT)
    if lib.modbus_connect(context) != 0:
        sys.exit("libmodbus cannot open the serial device")
    tell(0)
    while True:
        serve(lib, context, cells)


def tell(port: int) -> None:
    """Tell whoever started us that we are ready."""
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


def serve(lib: ctypes.CDLL, context: ctypes.c_void_p, cells: object) -> None:
    """Answer requests until the connection ends, or a frame is broken."""
    request = (ctypes.c_uint8 * LONGEST)()
    while (size := lib.modbus_receive(context, request)) >= 0:
        if size:  # 0: meant for another unit of the line
            lib.modbus_reply(context, request, size, cells)


if __name__ == "__main__":
    main(*sys.argv[1:])
