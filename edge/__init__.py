"""The controller of one warehouse site."""
