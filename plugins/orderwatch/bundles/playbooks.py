"""Playbooks as a versioned bundle of DAGs: an open incident finishes on the files it started with.

A release is the generator (``dags/playbooks.py``) and one file per playbook. Of a file that is broken the last good
version stays; what is wrong with it shows as an import error of a file that holds no DAG, so that it hurts nothing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from pathlib import Path
from typing import Any, Final

from airflow.dag_processing.bundles.base import BaseDagBundle, BundleVersion

from orderwatch.paths import HOME, PLAYBOOKS, POLICY

log = logging.getLogger(__name__)
GENERATOR: Final = HOME / "dags" / "playbooks.py"
ERRORS: Final = "playbook_errors.py"


class PlaybookBundle(BaseDagBundle):
    """``[dag_processor] dag_bundle_config_list`` names it beside the folder of the other DAGs."""

    supports_versioning = True

    def __init__(self, *, source: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source = Path(source) if source else PLAYBOOKS

    @property
    def path(self) -> Path:
        return self._release(self.version) if self.version else self.base_dir / "current"

    def initialize(self) -> None:
        if self.version is None:
            self.refresh()
        elif not self.path.exists():
            with self.lock():
                if not self.path.exists():
                    self._bring_back(self.version)
        super().initialize()

    def get_current_version(self) -> BundleVersion | None:
        if self.version:
            return BundleVersion(version=self.version)
        name = self.base_dir / "current" / "release"
        return BundleVersion(version=name.read_text()) if name.exists() else None

    def refresh(self) -> None:
        """Serve the files as they are now; each that is broken as it was when it last was not."""
        with self.lock():
            good, errors = self._read()
            release = hashlib.sha256()
            release.update(GENERATOR.read_bytes())
            for playbook in sorted(good):
                release.update(f"{playbook}:{hashlib.sha256(good[playbook].encode()).hexdigest()}\n".encode())
            if errors:  # Airflow looks for new files, and ours that raises is one, in another version only
                release.update(repr(sorted(errors.items())).encode())
            name = release.hexdigest()[:16]
            _write(self._release(name), name, good)
            self._show(name, errors)
            self._publish(name, good, errors)

    def _read(self) -> tuple[dict[str, str], dict[str, str]]:
        """Playbook to text of every usable file, and file to what is wrong with it."""
        from orderwatch.core.playbook.load import load_folder
        from orderwatch.core.policy.loader import PolicyError, load_file
        from orderwatch.core.policy.roles import RolesFile

        try:
            roles = frozenset(load_file(POLICY / "roles.yaml", RolesFile).root)
        except PolicyError:
            roles = None  # a mistake there is told by whoever needs the roles
        loaded, problems = load_folder(self.source, roles)
        good = {one.id: one.raw for one in loaded.values()}
        for file in problems:
            last = self.base_dir / "current" / file
            if last.exists():
                good[Path(file).stem] = last.read_text(encoding="utf-8")
        return good, {file: str(error) for file, error in problems.items()}

    def _show(self, name: str, errors: dict[str, str]) -> None:
        current = self.base_dir / "current"
        served = current / "release"
        if not served.exists() or served.read_text() != name:
            fresh = self.base_dir / "next"
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.copytree(self._release(name), fresh)
            shutil.rmtree(current, ignore_errors=True)
            fresh.rename(current)
        said = current / ERRORS
        if errors:
            said.write_text(_raising(errors), encoding="utf-8")
        else:
            said.unlink(missing_ok=True)

    def _publish(self, name: str, good: dict[str, str], errors: dict[str, str]) -> None:
        """Other machines build the release from our database; without it this one still serves its files."""
        from orderwatch.core.playbook.load import parse_served
        from orderwatch.hooks.database import DatabaseHook
        from orderwatch.store import playbooks
        from orderwatch.store.database import business_now

        mark = self.base_dir / "published"
        state = json.dumps([name, errors], sort_keys=True)
        if mark.exists() and mark.read_text() == state:
            return
        try:
            with DatabaseHook().engine().begin() as conn:
                members = [parse_served(playbook, raw) for playbook, raw in sorted(good.items())]
                playbooks.publish(conn, playbooks.Release(name, members), errors, business_now(conn))
        except Exception:
            log.exception("the playbooks of release %s could not be published; tried again at the next refresh", name)
            return
        mark.write_text(state)

    def _bring_back(self, name: str) -> None:
        from orderwatch.hooks.database import DatabaseHook
        from orderwatch.store.playbooks import read_release

        with DatabaseHook().engine().connect() as conn:
            members = read_release(conn, name)
        if not members:
            raise FileNotFoundError(f"release {name} of the playbooks is neither here nor in the database")
        _write(self._release(name), name, members)

    def _release(self, name: str) -> Path:
        return self.base_dir / "releases" / name


def _write(folder: Path, name: str, members: dict[str, str]) -> None:
    """The folder of a release, complete or not at all."""
    if folder.exists():
        return
    half = folder.with_name(f"{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    shutil.copy(GENERATOR, half / GENERATOR.name)
    for playbook, raw in members.items():
        (half / f"{playbook}.yaml").write_text(raw, encoding="utf-8")
    (half / "release").write_text(name)
    half.rename(folder)


def _raising(errors: dict[str, str]) -> str:
    said = "\n".join(errors[file] for file in sorted(errors))
    return (
        '"""Not a DAG: says in Airflow\'s own list of import errors which playbook files are broken."""\n\n'
        f"raise ValueError({('broken playbooks, their last good versions stay in force: ' + chr(10) + said)!r})\n"
    )
