"""HTML pages: templates, texts in two languages, and which language a visitor reads."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from edge.fastyaml import loaded
from edge.site import Site
from edge.web.assets import Assets

HERE = Path(__file__).parent
LANGUAGES = ("ja", "en")
LANGUAGE_COOKIE = "genba_language"


class Pages:
    """Renders templates; every page knows the site, its language and the addresses of static files."""

    def __init__(self, site: Site, assets: Assets) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals["asset"] = assets.url
        self.environment.globals["site"] = site

    def render(self, template: str, language: str, **values: Any) -> str:
        """Return the page's text; `t` in it holds the texts named like the template."""
        values.setdefault("t", texts(template.split(".", 1)[0], language))
        return self.environment.get_template(template).render(language=language, **values)

    def page(self, template: str, language: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return the page as an answer that nobody keeps."""
        page = self.render(template, language, **values)
        return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


@cache
def texts(area: str, language: str) -> dict[str, Any]:
    """Return the texts of an area (`texts/<area>.<language>.yaml`)."""
    found: dict[str, Any] = loaded((HERE / "texts" / f"{area}.{language}.yaml").read_text(encoding="utf-8"))
    return found


def language_of(request: HTTPConnection) -> str:
    """Return the language to answer in: the person's, else the one chosen before login, else the browser's."""
    known = getattr(request.state, "language", None) or request.cookies.get(LANGUAGE_COOKIE)
    if known in LANGUAGES:
        return str(known)
    wished = request.headers.get("accept-language", "ja").lower()
    return "ja" if "ja" in wished or not wished.startswith("en") else "en"
