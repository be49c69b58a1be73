"""MQTT 3.1.1: the port every driver speaks through, the real client and a broker without set-up."""
