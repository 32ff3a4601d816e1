"""How what was said of a domain reaches its actors."""

from dataclasses import replace
from typing import Any

from fedlearn.db import actors as db_actors
from fedlearn.db import erasing as db_erasing
from fedlearn.db import hosts as db_hosts
from fedlearn.db import policies as db_policies
from fedlearn.db.database import Connection
from fedlearn.db.domain_policies import policies_page, policy_by_id
from fedlearn.domain.actors import Actor
from fedlearn.domain.policies import DomainPolicy, Policy
from tests.builders import OURS as OUR_ADDRESSES
from tests.builders import follows, likes, local, profile_at, remote, says
from tests.clock import Clock


async def say(connection: Connection, domain: str, policy: Policy | None) -> None:
    """An operator has said something of a domain, or taken it back."""
    if policy:
        await db_hosts.set_policy(connection, domain, policy)
    else:
        await db_hosts.remove_policy(connection, domain)
    await db_policies.apply_policies(connection, domain)


async def policies_of(connection: Connection, *actors: Actor) -> list[Policy | None]:
    """What these have to live with."""
    known = await db_actors.actors_by_id(connection, [actor.id for actor in actors])
    return [known[actor.id].policy for actor in actors]


async def test_policy_reaches_the_actors_of_a_domain(connection: Connection) -> None:
    """Those on it and below it, with and without a port, and no neighbour; nor any of ours."""
    concerned = [
        await remote(connection, f"robin@{domain}")
        for domain in ("far.example", "sub.far.example", "far.example:8443")
    ]
    neighbours = [
        await remote(connection, "robin@notfar.example"),
        await remote(connection, "robin@example"),
        await local(connection),
    ]
    await say(connection, "far.example", Policy.SILENCE)
    assert await policies_of(connection, *concerned) == [Policy.SILENCE] * 3
    assert await policies_of(connection, *neighbours) == [None] * 3
    await say(connection, "far.example", Policy.BLOCK)
    assert await policies_of(connection, *concerned) == [Policy.BLOCK] * 3
    await say(connection, "far.example", Policy.ALLOW)
    assert await policies_of(connection, *concerned) == [None] * 3


async def test_what_was_said_is_leafed_through(connection: Connection, clock: Clock) -> None:
    """By what was said, the latest first or upwards; another word on a domain keeps its number."""
    for name in ("one", "two", "three"):
        await say(connection, f"{name}.example", Policy.BLOCK)
        clock.forward(1)
    await say(connection, "good.example", Policy.ALLOW)

    async def page(*policies: Policy, limit: int = 40, **part: Any) -> list[DomainPolicy]:
        whole: dict[str, Any] = {"before": None, "after": None, "is_upward": False}
        return await policies_page(connection, policies, limit=limit, **whole | part)

    three, two, one = await page(Policy.BLOCK, Policy.SILENCE)
    assert [said.domain for said in (one, two, three)] == [
        f"{name}.example" for name in ("one", "two", "three")
    ]
    assert [said.domain for said in await page(Policy.ALLOW)] == ["good.example"]
    assert await page(Policy.BLOCK, limit=2) == [three, two]
    assert await page(Policy.BLOCK, before=two.id) == [one]
    assert await page(Policy.BLOCK, after=one.id, is_upward=True, limit=1) == [two]
    await say(connection, "two.example", Policy.SILENCE)
    again = await policy_by_id(connection, two.id)
    assert again is not None
    assert (again.domain, again.policy, again.created_at) == (
        "two.example",
        Policy.SILENCE,
        two.created_at,
    )
    assert await policy_by_id(connection, 1) is None


async def test_strictest_policy_counts(connection: Connection) -> None:
    """A word that is taken back leaves what else was said of the domain or of one above it."""
    robin = await remote(connection, "robin@sub.far.example")
    await say(connection, "far.example", Policy.BLOCK)
    await say(connection, "sub.far.example", Policy.SILENCE)
    assert await policies_of(connection, robin) == [Policy.BLOCK]
    await say(connection, "far.example", None)
    assert await policies_of(connection, robin) == [Policy.SILENCE]
    await say(connection, "sub.far.example", None)
    assert await policies_of(connection, robin) == [None]


async def test_who_is_met_later_has_it_at_once(connection: Connection) -> None:
    """Also when only one of the two names of a split domain was spoken of."""
    for domain, policy in (("quiet.example", Policy.SILENCE), ("bad.example", Policy.BLOCK)):
        await db_hosts.set_policy(connection, domain, policy)
    robin = await remote(connection, "robin@quiet.example")
    assert (robin.policy, robin.is_silenced, robin.is_active) == (Policy.SILENCE, True, True)
    profile = replace(profile_at(OUR_ADDRESSES, "split"), domain="handles.example")
    split = await db_actors.store_actor(connection, profile, "social.bad.example")
    assert (split.policy, split.is_silenced, split.is_active) == (Policy.BLOCK, False, False)
    again = await db_actors.store_actor(connection, replace(profile, domain="quiet.example"), "x")
    assert again.policy is Policy.SILENCE


async def test_traces_of_the_blocked(connection: Connection) -> None:
    """Posts, likes, follows and notifications are found until they are gone, and nobody else's."""
    alice, robin = await local(connection), await remote(connection, "robin@far.example")
    poster, liker, reader, read = [
        await remote(connection, f"{name}@bad.example")
        for name in ("poster", "liker", "reader", "read")
    ]
    await says(connection, poster)
    await says(connection, robin)
    await likes(connection, liker, await says(connection, alice))
    await follows(connection, reader, alice)
    await follows(connection, alice, read)
    await remote(connection, "idle@bad.example")
    assert await db_policies.blocked_with_traces(connection, 10) == []
    await say(connection, "bad.example", Policy.BLOCK)
    found = await db_policies.blocked_with_traces(connection, 10)
    assert sorted(found) == sorted(actor.id for actor in (poster, liker, reader, read))
    assert len(await db_policies.blocked_with_traces(connection, 2)) == 2
    for actor_id in found:
        await db_erasing.erase_traces(connection, actor_id)
    assert await db_policies.blocked_with_traces(connection, 10) == []


async def test_consequences_are_counted(connection: Connection) -> None:
    """Accounts of a domain and below it, their posts, and follows in both directions."""
    alice = await local(connection)
    for handle in ("robin@far.example", "ruth@sub.far.example", "rita@near.example"):
        other = await remote(connection, handle)
        await follows(connection, other, alice)
        await says(connection, other)
    await follows(connection, alice, other)
    found = await db_policies.consequences(connection, "far.example")
    assert (found.actors, found.follows_from_there, found.follows_from_here) == (2, 2, 0)
    assert found.statuses == 2
    near = await db_policies.consequences(connection, "near.example")
    assert (near.actors, near.follows_from_here) == (1, 1)
    nobody = await db_policies.consequences(connection, "example.org")
    assert (nobody.actors, nobody.statuses) == (0, 0)


async def test_comments_on_a_domain(connection: Connection) -> None:
    """They stay when something else is said of it, until others are given."""
    await db_hosts.set_policy(
        connection, "far.example", Policy.SILENCE, public_comment="loud", obfuscate=True
    )
    await db_hosts.set_policy(connection, "far.example", Policy.BLOCK, private_comment="see 7")
    said = DomainPolicy("far.example", Policy.BLOCK, "loud", "see 7", obfuscate=True)
    assert await db_hosts.domain_policy(connection, "far.example") == said
    assert await db_hosts.domain_policies(connection) == [said]
    assert await db_hosts.domain_policy(connection, "near.example") is None
