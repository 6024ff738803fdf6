"""Whom the owner of an improvement is: people write down a name, a login or a role."""

from __future__ import annotations

from orderwatch.core.policy.roles import Person, RolesFile


def owner_of(text: str, roles: RolesFile) -> str | Person | None:
    """The code of a role, or a person; nothing where nobody is called so.

    A role by its code or title, a person by name, login, WeCom id or mail; ``Zhao Lei`` is ``zhao.lei``.
    """
    said = text.strip().casefold()
    for code, role in roles.root.items():
        if said in {code.casefold(), role.title.zh.casefold(), role.title.en.casefold()}:
            return code
    for person in roles.everybody():
        names = {person.name, person.wecom, person.mail, person.login or ""} - {""}
        if said in (known := {name.casefold() for name in names}) or said.replace(" ", ".") in known:
            return person
    return None
