"""This is where people are asked whether an app may act for them (RFC 6749, section 4.1)."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.oauth import read_scopes
from fedlearn.services import oauth
from fedlearn.services.oauth import OUT_OF_BAND, Wish
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.scopes import scope_words
from fedlearn.web.sessions import current_user, read_form, require_user
from fedlearn.web.templating import render_page

# What the form carries on from the address, so that its answer knows what was asked.
CARRIED = (
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


async def authorize_page(request: Request) -> Response:
    """Who asks, and for what; first of all somebody has to be signed in."""
    asked = {name: request.query_params.get(name, "") for name in CARRIED}
    # Whoever sits there is told in their language if it is no app of ours.
    user = await current_user(request)
    wish = await _read_wish(request, asked)
    if user is None:
        target = f"{request.url.path}?{request.url.query}"
        return RedirectResponse(f"/sign-in?next={quote(target, safe='')}", status_code=303)
    return await render_page(
        request, "authorize.html", wish=wish, asked=asked, allowances=scope_words(wish.scopes)
    )


async def authorize(request: Request) -> Response:
    """Somebody has agreed, or not; either way the app hears of it."""
    form, user = await read_form(request), await require_user(request)
    asked = {name: text_of(form, name) for name in CARRIED}
    wish = await _read_wish(request, asked)
    if not _agrees(form):
        return _lead_back(wish, {"error": "access_denied"}, asked["state"])
    code = await oauth.agree(instance_of(request), user, wish)
    if wish.redirect_uri == OUT_OF_BAND:
        return await render_page(request, "authorized.html", wish=wish, code=code)
    return _lead_back(wish, {"code": code}, asked["state"])


async def _read_wish(request: Request, asked: dict[str, str]) -> Wish:
    return await oauth.read_wish(
        instance_of(request),
        client_id=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        scopes=read_scopes(asked["scope"]),
        challenge=asked["code_challenge"],
        method=asked["code_challenge_method"],
    )


def _agrees(form: FormData) -> bool:
    return text_of(form, "answer") == "yes"


def _lead_back(wish: Wish, answer: dict[str, str], state: str) -> Response:
    if wish.redirect_uri == OUT_OF_BAND:
        return RedirectResponse("/", status_code=303)
    answer = answer | ({"state": state} if state else {})
    return RedirectResponse(with_query(wish.redirect_uri, answer), status_code=303)


def with_query(uri: str, added: dict[str, str]) -> str:
    """An address with more in its query, whatever its scheme is."""
    scheme, netloc, path, query, fragment = urlsplit(uri)
    full = urlencode([*parse_qsl(query, keep_blank_values=True), *added.items()])
    if netloc or not uri.startswith(f"{scheme}://"):
        return urlunsplit((scheme, netloc, path, full, fragment))
    # Such as "app://": urlunsplit would take the slashes away.
    return f"{uri.partition('?')[0]}?{full}"
