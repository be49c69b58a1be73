"""Reads a site file and says what is wrong with it: file, line, fault, remedy."""

import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge.labels.check import label_faults
from edge.labels.template import LabelFile
from edge.model.faults import Fault, Finding
from edge.model.reasons import Words, say
from edge.site import Site
from edge.sitecheck import cross_check
from edge.siteshape import shape_faults
from edge.siteyaml import BrokenYaml, Tree, parsed

MOST_TOLD = 50
"""Problems told at once: one slip of the hand may put thousands of places wrong."""

UNOPENED: Mapping[int | None, Fault] = {
    errno.ENOENT: Fault.NO_FILE,
    errno.EISDIR: Fault.A_FOLDER,
    errno.EACCES: Fault.FORBIDDEN,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file, at a line and a place in it; words are made for whoever reads them."""

    file: str
    line: int | None
    where: str
    fault: Fault
    details: Mapping[str, Any] = field(default_factory=dict)

    def words(self, language: str) -> Words:
        """Return what is wrong and how to mend it, in `ja` or `en`."""
        return say(self.fault, language, self.details)

    def told(self, language: str) -> str:
        """Return `file:line: where: what is wrong and how to mend it`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.where, str(self.words(language))) if part)


class SiteError(Exception):
    """The site file cannot be used; `problems` says why, one each."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        """Return the problems in English, for a trace."""
        return self.told("en")

    def told(self, language: str) -> str:
        """Return the problems in `ja` or `en`, one a line; of very many the first and their number."""
        lines = [problem.told(language) for problem in self.problems[:MOST_TOLD]]
        if len(self.problems) > MOST_TOLD:
            lines.append(str(say("check.more", language, {"count": len(self.problems) - MOST_TOLD})))
        return "\n".join(lines)


def load_site(path: Path) -> Site:
    """Read and validate a site file; raises SiteError naming file, line, fault and remedy."""
    tree = _read(path)
    doubles = [Problem(str(path), line, "", Fault.KEY_TWICE, {"key": key}) for line, key in tree.doubles()]
    if doubles:
        raise SiteError(doubles)
    if not isinstance(tree.data, dict):
        raise SiteError([Problem(str(path), 1, "", Fault.NO_SITE)])
    try:
        site = Site.model_validate(tree.data)
    except ValidationError as error:
        raise SiteError(_located(path, tree, shape_faults(error))) from error
    problems = _located(path, tree, cross_check(site))
    if problems:
        raise SiteError(problems)
    return site.with_labels(load_labels(path.parent / site.labels, site)) if site.labels else site


def load_labels(path: Path, site: Site) -> LabelFile:
    """Read and validate label templates for a site; raises SiteError as for the site file itself."""
    tree = _read(path)
    doubles = [Problem(str(path), line, "", Fault.KEY_TWICE, {"key": key}) for line, key in tree.doubles()]
    if doubles:
        raise SiteError(doubles)
    if not isinstance(tree.data, dict):
        raise SiteError([Problem(str(path), 1, "", Fault.MISSING, {"key": "labels"})])
    try:
        found = LabelFile.model_validate(tree.data)
    except ValidationError as error:
        told = [
            replace(one, fault=Fault.LABEL_UNKNOWN_KEY) if one.fault is Fault.UNKNOWN_KEY else one
            for one in shape_faults(error)
        ]
        raise SiteError(_located(path, tree, told)) from error
    problems = _located(
        path,
        tree,
        label_faults(
            found,
            carriers=site.carrier,
            owners=site.owner,
            dpis=sorted({device.dpi for device in site.devices if device.kind == "zpl"} or {203}),
            gates=bool(site.gates),
        ),
    )
    if problems:
        raise SiteError(problems)
    return found


def locate(path: Path, findings: Iterable[Finding]) -> list[Problem]:
    """Return findings about a readable site file with their lines."""
    return _located(path, _read(path), findings)


def _located(path: Path, tree: Tree, findings: Iterable[Finding]) -> list[Problem]:
    return [Problem(str(path), tree.line(one.where), tree.spell(one.where), one.fault, one.details) for one in findings]


def _read(path: Path) -> Tree:
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except OSError as error:
        fault = UNOPENED.get(error.errno, Fault.UNREADABLE)
        code = errno.errorcode.get(error.errno or 0, "?")
        raise SiteError([Problem(str(path), None, "", fault, {"error": code})]) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SiteError([Problem(str(path), line, "", Fault.NOT_UTF8)]) from error
    except BrokenYaml as error:
        raise SiteError([Problem(str(path), error.line, "", error.fault, error.details)]) from error
