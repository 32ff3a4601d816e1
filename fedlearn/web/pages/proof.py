"""This is where people show again who they are, before they do what only they should.

What they had sent goes on once they have: a browser sends the same form again (307). What is
secret in it, such as a new password, is put into no page, so then they are led to the form instead.
"""

from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import User
from fedlearn.domain.rates import Rate
from fedlearn.errors import Invalid
from fedlearn.services import passkeys, proving
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.signing_in import spend_try
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import ProofNeeded, local_path, read_form, require_user, session_token
from fedlearn.web.templating import render_page

Fields = Sequence[tuple[str, str]]

# What belongs to this page's own form, and what is put into no page.
OWN = {"csrf", "proof", "proof_page", "proof_action", "credential"}
SECRET = {"password", "code", "credential"}


async def require_fresh_user(
    request: Request,
    form: FormData | None = None,
    *,
    page: str,
    within_ms: int = proving.FRESH_FOR_MS,
) -> User:
    """Who is signed in and has shown lately who they are; else `ProofNeeded`, and then on with it.

    `form` is what was sent, to be sent again; `page` where they are led when it is not.
    """
    user = await require_user(request)
    if not await proving.is_fresh(instance_of(request), session_token(request), within_ms):
        raise ProofNeeded(page, form)
    return user


async def ask_for_proof(request: Request, error: Exception) -> Response:
    """What `ProofNeeded` leads to: the question, and in it what was sent."""
    if not isinstance(error, ProofNeeded):
        raise error
    sent = error.form.multi_items() if error.form else []
    kept = [(name, value) for name, value in sent if isinstance(value, str) and name not in OWN]
    is_whole = error.form is not None and not SECRET & {name for name, value in sent if value}
    action = request.url.path if request.method == "POST" and is_whole else ""
    harmless = [(name, value) for name, value in kept if name not in SECRET] if action else []
    return await _render(request, error.page, action, harmless)


async def proof_page(request: Request) -> Response:
    """The question, before a page whose forms want a proof."""
    page = local_path(request.query_params.get("next", ""))
    await require_user(request)
    if await proving.is_fresh(instance_of(request), session_token(request)):
        return RedirectResponse(page, status_code=303)
    return await _render(request, page, "", [])


async def prove(request: Request) -> Response:
    """The question was answered."""
    form, user = await read_form(request), await require_user(request)
    page, action = text_of(form, "proof_page"), text_of(form, "proof_action")
    kept = [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name not in OWN | SECRET
    ]
    try:
        await _prove(request, form, user)
    except (Invalid, TooManyRequests) as refusal:
        return await _render(request, local_path(page), action, kept, refusal)
    if action:
        return RedirectResponse(local_path(action), status_code=307)
    return RedirectResponse(local_path(page), status_code=303)


async def _prove(request: Request, form: FormData, user: User) -> None:
    instance, limits, session = (
        instance_of(request),
        parts_of(request).limits,
        session_token(request),
    )
    await spend_try(request)
    account = f"account {user.id}"
    await limits.spend(Rate.ACCOUNT, account)
    if answer := text_of(form, "credential"):
        await proving.prove_by_passkey(instance, user, session, answer)
    else:
        await proving.prove(instance, user, session, text_of(form, "proof"))
    await limits.forget(Rate.ACCOUNT, account)


async def _render(
    request: Request, page: str, action: str, kept: Fields, refusal: Refusal | None = None
) -> Response:
    instance, user = instance_of(request), await require_user(request)
    return await render_page(
        request,
        "proof.html",
        **as_answer(refusal, otherwise=401 if request.method == "POST" else 200),
        errors=errors_of(refusal, "proof"),
        proofs=await proving.proofs_of(instance, user),
        passkey_options=passkeys.request_options(instance),
        page=page,
        action=action,
        kept=kept,
    )
