"""What is wrong with a site file and how to mend it, a file for each part of it; edge/model/faults.py has the codes."""

from edge.model.words.site import (
    devices,
    doors,
    file,
    labels,
    lifts,
    names,
    points,
    readpoints,
    roadmap,
    robots,
    secrets,
    stations,
    values,
    walls,
)
from edge.model.words.table import Table

TABLES: tuple[Table, ...] = (
    file.WORDS,
    values.WORDS,
    names.WORDS,
    roadmap.WORDS,
    stations.WORDS,
    walls.WORDS,
    readpoints.WORDS,
    doors.WORDS,
    lifts.WORDS,
    robots.WORDS,
    devices.WORDS,
    points.WORDS,
    labels.WORDS,
    secrets.WORDS,
)
