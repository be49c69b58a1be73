"""RFID: links to tag readers, and the gate logic that turns beams and reads into passages."""
