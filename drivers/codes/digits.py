"""Check digits of the GS1 keys (GS1 General Specifications §7.9) and of Japanese parcel numbers (7DR)."""


def is_digits(text: str) -> bool:
    """Tell whether the text is one or more ASCII digits (str.isdigit also takes superscripts and Arabic digits)."""
    return text.isascii() and text.isdigit()


def mod10(body: str) -> str:
    """Return the GS1 check digit of a body without its check digit; ValueError unless it is digits."""
    if not is_digits(body):
        raise ValueError(f"not digits: {body!r}")
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def mod10_holds(text: str) -> bool:
    """Tell whether the last digit is the GS1 check digit of those before it."""
    return len(text) > 1 and is_digits(text) and mod10(text[:-1]) == text[-1]


def mod7(body: str) -> str:
    """Return the remainder by 7 (7DR); ValueError unless the body is digits."""
    if not is_digits(body):
        raise ValueError(f"not digits: {body!r}")
    return str(int(body) % 7)
