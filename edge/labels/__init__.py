"""Label templates: what stands on a parcel's label, as a site writes it, and how it is laid out for a printer."""
