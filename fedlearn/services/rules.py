"""This is where rules of the place are written. Until there is one, the operator's text holds."""

from fedlearn.db import rules as db_rules
from fedlearn.db.database import Connection
from fedlearn.domain.audit import Act
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.rules import Rule
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services.permissions import require, write_down
from fedlearn.text.languages import _

LONGEST_RULE = 300
LONGEST_HINT = 1000
MOST_RULES = 50


async def rules(instance: Instance) -> list[Rule]:
    """What holds now, in its order."""
    async with instance.db.read() as connection:
        return await db_rules.rules(connection)


async def add_rule(instance: Instance, by: Steward, text: str, hint: str) -> None:
    """One more rule, which stands last."""
    require(by, Permission.MANAGE_RULES)
    text, hint = _checked(text, hint)
    async with instance.db.write() as connection:
        if len(await db_rules.rules(connection)) >= MOST_RULES:
            message = _("There are %(most)s rules already.", most=MOST_RULES)
            raise Invalid(message, {"text": message})
        await db_rules.insert_rule(connection, text, hint)
        await write_down(connection, by, Act.ADD_RULE, text)


async def change_rule(instance: Instance, by: Steward, rule_id: int, text: str, hint: str) -> None:
    """A rule says something else from now on."""
    require(by, Permission.MANAGE_RULES)
    text, hint = _checked(text, hint)
    async with instance.db.write() as connection:
        before = await _rule(connection, rule_id)
        await db_rules.change_rule(connection, rule_id, text, hint)
        await write_down(connection, by, Act.CHANGE_RULE, text, before=before.text)


async def remove_rule(instance: Instance, by: Steward, rule_id: int) -> None:
    """A rule holds no more; reports that name it still say so."""
    require(by, Permission.MANAGE_RULES)
    async with instance.db.write() as connection:
        rule = await _rule(connection, rule_id)
        await db_rules.remove_rule(connection, rule_id)
        await write_down(connection, by, Act.REMOVE_RULE, rule.text)


async def move_rule(instance: Instance, by: Steward, rule_id: int, *, up: bool) -> None:
    """A rule changes places with the one above or below it."""
    require(by, Permission.MANAGE_RULES)
    async with instance.db.write() as connection:
        rule = await _rule(connection, rule_id)
        ids = [one.id for one in await db_rules.rules(connection)]
        place = ids.index(rule_id)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(ids):
            return
        ids[place], ids[other] = ids[other], ids[place]
        await db_rules.order_rules(connection, ids)
        await write_down(connection, by, Act.CHANGE_RULE, rule.text, place=str(other + 1))


async def _rule(connection: Connection, rule_id: int) -> Rule:
    found = await db_rules.rule_by_id(connection, rule_id)
    if found is None:
        raise NotFound(_("There is no such rule."))
    return found


def _checked(text: str, hint: str) -> tuple[str, str]:
    text, hint, errors = text.strip(), hint.strip(), {}
    if not text:
        errors["text"] = _("Write what is asked of people.")
    elif len(text) > LONGEST_RULE:
        errors["text"] = _("At most %(most)s characters.", most=LONGEST_RULE)
    if len(hint) > LONGEST_HINT:
        errors["hint"] = _("At most %(most)s characters.", most=LONGEST_HINT)
    if errors:
        raise Invalid(_("The rule was not saved."), errors)
    return text, hint
