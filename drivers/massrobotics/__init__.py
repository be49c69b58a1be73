"""MassRobotics AMR Interoperability Standard 1.0: what robots of any maker report of themselves; nothing is sent."""
