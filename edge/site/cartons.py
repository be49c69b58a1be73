"""What parcels are packed in."""

from pydantic import Field

from edge.site.forms import Id, Part, Text


class Carton(Part):
    """A carton type; inner size in mm, its own weight in g."""

    id: Id
    name: Text
    length: int = Field(ge=1)
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    weight: int = Field(ge=0)

    @property
    def volume(self) -> int:
        """Inner volume in mm³."""
        return self.length * self.width * self.height
