"""This is where admins write the rules of the place."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import rules
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.moderation.gate import read_steward_form, render_desk, steward_of
from fedlearn.web.refusals import Refusal

PAGE = "/moderation/rules"
Step = Callable[[Instance, Steward, int, FormData], Awaitable[None]]


async def rules_page(request: Request) -> Response:
    """The rules in their order, each a form, and one for another."""
    by = await steward_of(request, Permission.MANAGE_RULES)
    return await _render(request, by, {})


async def add_rule(request: Request) -> Response:
    """One more rule was written."""
    by, form = await read_steward_form(request, Permission.MANAGE_RULES, page=_come_back)
    try:
        await rules.add_rule(instance_of(request), by, text_of(form, "text"), text_of(form, "hint"))
    except Invalid as refusal:
        return await _render(request, by, form, refusal)
    return RedirectResponse(PAGE, status_code=303)


async def act_on_rule(request: Request) -> Response:
    """A button below a rule was pressed."""
    by, form = await read_steward_form(request, Permission.MANAGE_RULES, page=_come_back)
    step, rule_id = STEPS.get(request.path_params["step"]), request.path_params["rule_id"]
    if step is None:
        raise NotFound(_("There is no such button."))
    try:
        await step(instance_of(request), by, rule_id, form)
    except Invalid as refusal:
        return await _render(request, by, form, refusal)
    return RedirectResponse(PAGE, status_code=303)


async def _change(instance: Instance, by: Steward, rule_id: int, form: FormData) -> None:
    await rules.change_rule(instance, by, rule_id, text_of(form, "text"), text_of(form, "hint"))


async def _remove(instance: Instance, by: Steward, rule_id: int, _form: FormData) -> None:
    await rules.remove_rule(instance, by, rule_id)


async def _up(instance: Instance, by: Steward, rule_id: int, _form: FormData) -> None:
    await rules.move_rule(instance, by, rule_id, up=True)


async def _down(instance: Instance, by: Steward, rule_id: int, _form: FormData) -> None:
    await rules.move_rule(instance, by, rule_id, up=False)


STEPS: dict[str, Step] = {"change": _change, "remove": _remove, "up": _up, "down": _down}


async def _come_back(request: Request, form: FormData, refusal: Refusal) -> Response:
    return await _render(request, await steward_of(request, Permission.MANAGE_RULES), form, refusal)


async def _render(
    request: Request, by: Steward, draft: Mapping[str, Any], refusal: Refusal | None = None
) -> Response:
    return await render_desk(
        request,
        by,
        "rules.html",
        rules=await rules.rules(instance_of(request)),
        changed=request.path_params.get("rule_id"),
        draft=draft,
        refusal=refusal,
    )
