"""How a robot takes the maps and zone sets it is given into its atlas (2.1 §6.7; 3.0 §6.3, §6.4; R34, R40, R41)."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from drivers.vda5050.messages import Action, ActionStatus, ZoneSet
from simulators.robots.atlas import Fetch
from simulators.robots.mind import Mind
from simulators.robots.words import Wrong

Spawn = Callable[[Coroutine[Any, Any, None]], object]
"""Begins something that ends with the robot's power."""


class Charts:
    """Of one robot."""

    def __init__(self, mind: Mind, fetch: Fetch, spawn: Spawn) -> None:
        self._mind = mind
        self._fetch = fetch
        self._spawn = spawn

    def on_map(self, action: Action) -> None:
        """Download, enable or delete a map."""
        book, atlas = self._mind.book, self._mind.atlas
        map_id, version = (str(action.parameter(key, "")) for key in ("mapId", "mapVersion"))
        if action.action_type != "downloadMap":
            does = atlas.enable_map if action.action_type == "enableMap" else atlas.delete_map
            self._mind.end(action, does(map_id, version), Wrong.MAP_FAILED)
        elif atlas.has(map_id, version):
            self._mind.end(action, f"map {map_id} {version} is there", Wrong.DUPLICATE_MAP)
        elif atlas.full:
            self._mind.end(action, "there is no room for another map", Wrong.NO_ROOM)
        else:
            book.clear_error(Wrong.NO_ROOM)
            book.set_action(action.action_id, ActionStatus.RUNNING)
            self._spawn(self._download(action, map_id, version))

    def on_zones(self, zone_set: ZoneSet) -> None:
        """Keep a zone set."""
        book, atlas = self._mind.book, self._mind.atlas
        references = {"topic": "zoneSet", "zoneSetId": zone_set.zone_set_id}
        if atlas.has_zones(zone_set.zone_set_id):
            book.add_error(Wrong.DUPLICATE_ZONES, "there is a zone set of this name", references)
        else:
            fault = atlas.add_zones(zone_set)
            if fault is not None:
                book.add_error(Wrong.MALFORMED, fault, references)
        self._mind.changed()

    def on_zone_set(self, action: Action) -> None:
        """Enable or delete a zone set."""
        atlas = self._mind.atlas
        does = atlas.enable_zones if action.action_type == "enableZoneSet" else atlas.delete_zones
        self._mind.end(action, does(str(action.parameter("zoneSetId", ""))), Wrong.MAP_FAILED)

    async def _download(self, action: Action, map_id: str, version: str) -> None:
        """Fetch a map; what comes late in the radio's time is still a download."""
        await asyncio.sleep(self._mind.config.download_time)
        try:
            content = await self._fetch(str(action.parameter("mapDownloadLink", "")))
        except OSError as error:
            self._mind.end(action, str(error) or "the map server does not answer", Wrong.MAP_FAILED)
            return
        digest = action.parameter("mapHash")
        if digest is not None and digest != hashlib.sha256(content).hexdigest():
            self._mind.end(action, "what was downloaded does not have this hash", Wrong.MAP_FAILED)
            return
        self._mind.atlas.add_map(map_id, version)
        self._mind.end(action, None, Wrong.MAP_FAILED)
