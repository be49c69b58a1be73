"""Serial UHF readers with Chafon's framing: Len, Adr, Cmd, data, CRC-16 (UHFReader288 family, UR series)."""
