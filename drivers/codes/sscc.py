"""Serial shipping container codes: 18 digits that name one handling unit (GS1 General Specifications §2.2)."""

from drivers.codes.digits import is_digits, mod10, mod10_holds

LENGTH = 18
PREFIX_LENGTHS = range(6, 13)
"""A GS1 company prefix has 6 to 12 digits, as EPC partitions know them; Japan gives 7, 9 or 10 (I34)."""


def make(extension: int, company_prefix: str, serial: int) -> str:
    """Return the SSCC of extension digit, company prefix and serial; ValueError when they do not fit 17 digits."""
    if not 0 <= extension <= 9:
        raise ValueError(f"an extension digit is 0 to 9: {extension}")
    if not is_digits(company_prefix) or len(company_prefix) not in PREFIX_LENGTHS:
        raise ValueError(f"a company prefix is 6 to 12 digits: {company_prefix!r}")
    room = LENGTH - 2 - len(company_prefix)
    if not 0 <= serial < 10**room:
        raise ValueError(f"with prefix {company_prefix} a serial has at most {room} digits: {serial}")
    body = f"{extension}{company_prefix}{serial:0{room}d}"
    return body + mod10(body)


def holds(text: str) -> bool:
    """Tell whether the text is 18 digits with the right check digit."""
    return len(text) == LENGTH and mod10_holds(text)
