"""VDA 5050: orders to robots and what they report; one internal model, one codec per version of the standard."""
