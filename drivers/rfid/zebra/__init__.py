"""Zebra fixed readers by their IoT Connector: JSON over MQTT, through the site's broker (FX7500, FX9600, FXR90)."""
