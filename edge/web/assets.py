"""Static files, read once and served from memory under the hash of all of them, so that they may be cached for ever.

One hash for all lets ES modules import each other by relative paths and never meet a version of another day.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.model.reasons import Refusal

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
HASH_DIGITS = 12
SMALL = 1000
"""Bytes under which compression does not pay."""
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/json"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, plain and compressed."""

    plain: bytes
    packed: bytes | None
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All static files by their path below `static/`."""

    build: str
    files: dict[str, Asset]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Assets":
        """Read every file of the folder."""
        files = {}
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                plain = path.read_bytes()
                digest.update(name.encode() + b"\0" + plain)
                files[name] = _asset(name, plain)
        return cls(digest.hexdigest()[:HASH_DIGITS], files)

    def url(self, name: str) -> str:
        """Return the address of a file; raises KeyError for one that is not there."""
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.build}/{name}"


def assets_router(assets: Assets) -> APIRouter:
    """Serve the files; an address of another build gets today's file, not to be kept."""
    router = APIRouter()

    @router.get("/static/{build}/{name:path}")
    async def static(build: str, name: str, request: Request) -> Response:
        asset = assets.files.get(name)
        if asset is None:
            raise Refusal("request.not_found")
        headers = {"Cache-Control": FOR_EVER if build == assets.build else "no-store", "Vary": "Accept-Encoding"}
        if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.packed, headers=headers, media_type=asset.media_type)
        return Response(asset.plain, headers=headers, media_type=asset.media_type)

    @router.get("/favicon.ico")
    async def favicon() -> Response:
        icon = assets.files["shared/genba.svg"]
        return Response(icon.plain, headers={"Cache-Control": "public, max-age=86400"}, media_type=icon.media_type)

    return router


def _asset(name: str, plain: bytes) -> Asset:
    suffix = Path(name).suffix
    media_type = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = (
        gzip.compress(plain, mtime=0) if len(plain) > SMALL and media_type.startswith(("text/", "image/svg")) else None
    )
    return Asset(plain, packed if packed is not None and len(packed) < len(plain) else None, media_type)
