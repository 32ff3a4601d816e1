"""This is where every page of the router gets an address with something on it to look at.

What stands in the gaps of an address is found by name, so a new page is looked at from the day on
that it has a route; a gap that nobody has filled is an error, and so is a page that is not there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.routing import Route

from fedlearn.db import direct_posts as db_direct_posts
from fedlearn.db.collections import collections_of
from fedlearn.db.details import Details, replace_details
from fedlearn.db.notifications import insert_notification
from fedlearn.domain.actors import Actor, Role
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.collections import CollectionDraft
from fedlearn.domain.filters import FilterContext, Keyword, NewFilter
from fedlearn.domain.ids import DAY_MS, Millis, now
from fedlearn.domain.ip_blocks import Severity
from fedlearn.domain.media import ProfilePicture
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL, steward
from fedlearn.domain.statuses import Preview, StatusView
from fedlearn.domain.trends import TrendKind
from fedlearn.services import (
    accounts,
    blocks,
    bookmarks,
    boosts,
    casework,
    collections,
    domain_blocks,
    favourites,
    filters,
    followed_hashtags,
    ip_blocks,
    lists,
    moderation,
    mutes,
    oauth,
    pins,
    polls,
    profile_pictures,
    reports,
    scheduling,
    second_step,
    signing_in,
    statuses,
    taking_back,
    trends,
    warnings,
)
from fedlearn.services.accounts import NewAccount
from fedlearn.services.attachments import upload
from fedlearn.services.drafts import Draft, MediaDraft, PollDraft
from fedlearn.web.api_routes import OAUTH
from fedlearn.web.routes import MODERATION, PAGES
from tests import builders
from tests.browser.visitor import Visitor
from tests.federation.server import PASSWORD, Server
from tests.pictures import photograph

GAP = re.compile(r"\{(\w+)(?::\w+)?\}")
# What is read by programs, or drawn into a page.
NO_PAGES = {
    "/tags/{name}.atom",
    "/lists/{list_id:id}.atom",
    "/lists/{list_id:id}/{token}.atom",
    "/@{username}.atom",
    "/settings/second-step/qr.png",
    "/oembed",
    "/live",
    "/live/cards",
    "/composer/audience",
    "/composer/completions",
    "/composer/languages",
    "/composer/pictures",
    "/deck/piece",
    "/dev/pictures/{name}",
    "/moderation/domains.csv",
    "/.well-known/oauth-authorization-server",
    "/oauth/userinfo",
    "/robots.txt",
}
# What a page shows besides itself, by its path.
QUERIES: Mapping[str, tuple[str, ...]] = {
    "/": ("", "?quote={status_id}"),
    "/search": ("", "?q=bees", "?q=nothing_like_this", "?q=@nobody_at_all"),
    "/authorize_interaction": ("?uri={uri}",),
    "/moderation/domains/edit": ("?domain=noise.example",),
    "/moderation/accounts": ("", "?origin=remote&state=suspended"),
    "/dev/components": ("", "?dir=rtl"),
    "/report": ("?actor={actor_id}",),
    "/report/sent": ("?actor={actor_id}",),
    "/oauth/authorize": (
        "?client_id={client_id}&redirect_uri=https://app.example/back&response_type=code&scope=read",
    ),
}
# What leads elsewhere when somebody signed in asks, or is only there for a moment.
FOR_STRANGERS = {"/sign-in", "/sign-in/{token}", "/sign-up"}
FOR_ANYBODY = {
    "/",
    "/public",
    "/about",
    "/explore",
    "/@{username}",
    "/@{username}/{status_id:id}",
    "/@{username}/collections",
    "/collections/{collection_id:id}",
}
DAYS_OF_TERMS = ("2021-02-01", "2999-01-01")
UNWIELDY = (
    "Unwieldy: https://example.org/"
    + "a-long-path/" * 20
    + " "
    + "Ungetrennt" * 12
    + " #"
    + "tag" * 20
)


@dataclass(frozen=True)
class Scene:
    """A person with a day of posts around them, and what stands in the gaps of addresses."""

    me: str
    gaps: Mapping[str, str]

    def fill(self, path: str) -> str:
        """The address with something in each of its gaps."""
        return GAP.sub(lambda gap: self.gaps[gap[1]], path)


def page_paths() -> list[str]:
    """Every path of the router that somebody reads as a page."""
    routes = [route for route in (*PAGES, *MODERATION, *OAUTH) if isinstance(route, Route)]
    paths = [route.path for route in routes if "GET" in (route.methods or ())]
    return [path for path in dict.fromkeys(paths) if path not in NO_PAGES]


def addresses(path: str) -> list[str]:
    """A path with each of the queries that make it show something else."""
    return [path + query for query in QUERIES.get(path, ("",))]


def readers(path: str, stranger: Visitor, reader: Visitor) -> list[Visitor]:
    """Who sees something of their own at a path."""
    if path in FOR_STRANGERS:
        return [stranger]
    return [stranger, reader] if path in FOR_ANYBODY else [reader]


async def set_scene(server: Server, who: str) -> Scene:
    """Posts of every kind, people in every relation, and notifications of all that can happen."""
    wanted = NewAccount(who, f"{who}@bees.example", PASSWORD, Role.ADMIN)
    me = (await accounts.create_account(server.instance, wanted)).actor
    ann, bob = await server.actor(f"{who}_ann"), await server.actor(f"{who}_bob")
    name = "Maximiliane-Friederike Overlong"[:30]
    await accounts.change_profile(server.instance, me, name=name, bio=UNWIELDY, is_locked=True)
    header = {ProfilePicture.HEADER: photograph(1500, 500)}
    me = await profile_pictures.change_pictures(server.instance, me, header)
    for other in (ann, bob):
        await server.follow(who, f"@{other.profile.username}@{server.host}")
        await server.follow(other.profile.username, f"@{who}@{server.host}")
    post = await _posts(server, who, ann, bob)
    await _told(server, me, ann, post)
    listed = await _kept(server, me, ann, bob, post)
    collection = await _recommended(server, me, ann, bob)
    await second_step.begin(server.instance, await server.user(who))
    link = await signing_in.make_sign_in_link(server.instance, await server.user(who), by=TERMINAL)
    return Scene(
        who,
        {
            "username": who,
            "status_id": str(post.id),
            "list_id": str(listed),
            "collection_id": str(collection),
            "name": "bees",
            "token": link.rpartition("/")[2],
            "uri": post.status.uri,
            "actor_id": str(ann.id),
            "client_id": await _app(server),
            "filter_id": str(await _filter(server, me)),
            "conversation_id": str(await _conversation(server, me)),
            "scheduled_id": str(await _scheduled(server, me)),
            "redraft_id": str(await _redraft(server, me)),
            "day": DAYS_OF_TERMS[0],
            "report_id": str(await _looked_after(server, me, ann)),
        },
    )


async def _posts(server: Server, who: str, ann: Actor, bob: Actor) -> StatusView:
    """One post of every kind; what is given back has answers below it."""
    other, third = ann.profile.username, bob.profile.username
    post = await server.post(who, "How do bees see? #bees")
    await statuses.edit_status(
        server.instance, post.author, post.id, "How do bees see it? #bees", ""
    )
    answer = post
    for depth in range(5):
        name = other if depth % 2 else third
        answer = await server.reply(name, answer.status.uri, f"Depth {depth} " * 20)
    await server.post(who, UNWIELDY)
    await server.post(who, "Only for us", scope=Scope.ORG, content_warning="Unwieldy" * 20)
    await server.post(other, f"@{who} for you", reach=Reach.DIRECT)
    await server.post(other, "For those who follow", reach=Reach.FOLLOWERS)
    await server.post(other, "Quietly, about #bees", reach=Reach.UNLISTED)
    await server.post(other, "A long one. " * 40)
    await server.post(other, "Look at this", quoted_id=post.id)
    await server.post(who, "Which?", poll=PollDraft(("This one", UNWIELDY[:50])))
    asked = await server.post(other, "And which?", poll=PollDraft(("One", "Two", "Three"), True))
    await polls.vote(server.instance, bob, asked.id, {0})
    await _pictures(server, other)
    await _from_afar(server, post)
    leading = await server.post(other, "Read this: https://example.org/bees")
    preview = Preview("https://example.org/bees", "Bees and what they see", "In ultraviolet")
    async with server.instance.db.write() as connection:
        await replace_details(connection, leading.id, Details((), (), preview))
    return post


async def _from_afar(server: Server, post: StatusView) -> None:
    """What somebody on another server posts and answers, where strangers see it, too."""
    async with server.instance.db.write() as connection:
        robin = await builders.remote(connection)
        await builders.says(connection, robin, "We see it from here", answers=post.status)
        boosted = await builders.says(connection, robin, "Seen from afar")
        await builders.boosts(connection, post.author, boosted)


async def _pictures(server: Server, name: str) -> None:
    """A post with each number of pictures, the last ones sensitive."""
    owner = await server.actor(name)
    for many in (1, 2, 4):
        uploaded = [await upload(server.instance, owner, photograph()) for _ in range(many)]
        media = tuple(MediaDraft(one.id, "Half red, half blue") for one in uploaded)
        await server.post(name, "Seen", media=media, is_sensitive=many == 4)


async def _told(server: Server, me: Actor, ann: Actor, post: StatusView) -> None:
    """What the person is told of: likes, boosts, an edit, who asks to follow; and what waits aside."""
    instance = server.instance
    await boosts.boost(instance, ann, post.id)
    await favourites.favourite(instance, ann, post.id)
    asking = f"{me.profile.username}_carl"
    await server.follow(asking, f"@{me.profile.username}@{server.host}")
    theirs = await server.post(ann.profile.username, "Worth passing on")
    await boosts.boost(instance, me, theirs.id)
    await favourites.favourite(instance, me, theirs.id)
    await statuses.edit_status(instance, ann, theirs.id, "Worth passing on, corrected", "")
    async with instance.db.write() as connection:
        await insert_notification(
            connection,
            owner_id=me.id,
            sender_id=ann.id,
            kind=NotificationKind.STATUS,
            status_id=theirs.id,
            is_filtered=True,
        )


async def _kept(server: Server, me: Actor, ann: Actor, bob: Actor, post: StatusView) -> int:
    """What the person keeps for themselves, and away; the id of their list is given back."""
    instance = server.instance
    await bookmarks.bookmark(instance, me, post.id)
    await pins.pin(instance, me, post.id)
    await followed_hashtags.follow_hashtag(instance, me, "bees")
    listed = await lists.create_list(instance, me, UNWIELDY[:100])
    await lists.add_member(instance, me, listed.id, ann)
    await mutes.mute(instance, me, bob)
    await blocks.block(instance, me, await server.actor(f"{me.profile.username}_loud"))
    await domain_blocks.block_domain(instance, me, "noise.example")
    return listed.id


async def _recommended(server: Server, me: Actor, *others: Actor) -> int:
    """Whom the person recommends, and who recommends them; the id of their collection."""
    for one in (me, *others):
        await accounts.change_profile(server.instance, one, is_discoverable=True)
    people = [await server.actor(one.profile.username) for one in (me, *others)]
    said = CollectionDraft("Unwieldy" * 5, "Beekeepers" * 10, "en", "bees")
    made = await collections.create_collection(server.instance, me, said, people)
    await collections.create_collection(server.instance, people[1], said, people[:1])
    return made


async def _looked_after(server: Server, me: Actor, ann: Actor) -> int:
    """What those see who look after the place; the number of a report is given back."""
    instance, by = server.instance, steward(await server.user(me.profile.username))
    post = await server.post(ann.profile.username, UNWIELDY, reach=Reach.FOLLOWERS)
    async with instance.db.read() as connection:
        theirs = await collections_of(connection, me.viewer, ann.id, offset=0, limit=1)
    ids = [one.collection.id for one in theirs]
    await reports.report(
        instance, me, ann, comment=UNWIELDY, status_ids=[post.id], collection_ids=ids
    )
    number = (await reports.all_reports(instance))[0].id
    await casework.add_note(instance, by, number, "I know them. " * 10)
    await warnings.warn(instance, by, ann, "Be kind. " * 20, report_id=number)
    await moderation.set_domain_policy(
        instance, "noise.example", Policy.SILENCE, by=by, public_comment="Loud. " * 20
    )
    own_range = f"2001:db8:{ann.id % 65536:x}::/48"
    said = ip_blocks.Said(own_range, Severity.APPROVAL, "They share it. " * 20)
    await ip_blocks.block(instance, by, said, own_address="")
    await trends.reject(instance, by, TrendKind.LINK, "https://noise.example/" + "loud/" * 20)
    return number


async def _redraft(server: Server, me: Actor) -> int:
    """A post that is being written anew, by its id."""
    post = await server.post(me.profile.username, "To be said better")
    return await taking_back.redraft(server.instance, me, post.id)


async def _filter(server: Server, me: Actor) -> int:
    """A filter that folds a post of the scene, by its id."""
    everywhere = frozenset(FilterContext)
    wanted = NewFilter("Corrections", everywhere, (Keyword("corrected"), Keyword("errata")))
    return (await filters.create_filter(server.instance, me, wanted)).id


async def _conversation(server: Server, me: Actor) -> int:
    """The person's latest conversation, by its id."""
    async with server.instance.db.read() as connection:
        [latest, *_] = await db_direct_posts.conversations_page(
            connection, me.viewer, before=None, limit=1
        )
    return latest.conversation.id


async def _scheduled(server: Server, me: Actor) -> int:
    """A post that waits for its time, by its id."""
    tomorrow = Millis(now() + DAY_MS)
    return (await scheduling.schedule(server.instance, me, Draft("Tomorrow"), tomorrow)).id


async def _app(server: Server) -> str:
    """An app that asks to act for people, by what it calls itself."""
    back = ["https://app.example/back"]
    app, _ = await oauth.register(
        server.instance,
        "An app",
        back,
        frozenset({"read", "write:statuses"}),
        "https://app.example",
    )
    return app.client_id
