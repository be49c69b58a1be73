"""Robots of other makers that report themselves by the MassRobotics standard, written from its text and schema."""
