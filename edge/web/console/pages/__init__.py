"""The views of the console, one module each: `add(router, desk)` gives a view its addresses."""

from typing import Annotated

from fastapi import Depends

from edge.processes.people import Session
from edge.web.console.desk import READERS
from edge.web.security import person

Who = Annotated[Session, Depends(person(*READERS))]
"""Somebody who may look at the console."""
