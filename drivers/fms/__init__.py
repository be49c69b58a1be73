"""Robots behind their maker's fleet management system (FMS, RCS): tasks over HTTP, never a robot directly."""
