"""Where robots may drive."""

from pydantic import BaseModel, ConfigDict, Field

from edge.site.forms import Id, Millimetres, Part, Text


class Node(Part):
    """A place of the roadmap where a robot may stand; `map` where it is another floor's than the roadmap's own."""

    id: Id
    x: Millimetres
    y: Millimetres
    map: str | None = None


class Lane(BaseModel):
    """A drive from node to node; `speed` in mm/s."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    start: Id = Field(alias="from")
    end: Id = Field(alias="to")
    both: bool = False
    speed: int = Field(default=1200, ge=50, le=5000)
    length: int | None = Field(default=None, ge=1)


class Roads(Part):
    """The roadmap: nodes and lanes, on one map or, where lifts join them, on several."""

    map: str
    names: dict[str, Text] = Field(default={})
    """What people call the maps."""
    nodes: list[Node]
    lanes: list[Lane]

    def called(self, map_id: str, language: str) -> str:
        """Return what people call a map: its id where it has no name."""
        name = self.names.get(map_id)
        return map_id if name is None else name.of(language)
