"""This is where posts, people and hashtags are looked for by words.

Only those who have signed in look for posts. One that they may see is still found by its words only
where its author wishes that (`indexable`, FEP-5feb), or the reader has had to do with it.
"""

from collections.abc import Collection, Sequence

from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection
from fedlearn.db.paging import LAST
from fedlearn.db.visibility import NOT_SILENCED, VISIBLE, eyes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, Millis, StatusId, snowflake_from
from fedlearn.domain.words import Only, Sought

# How many rows that have the words are looked at, before it is known who may find them: some for
# each post that is wanted, and more where these do not do. Of posts, who looks for a word that is
# everywhere goes on where the looking ended, page by page.
FIRST_LOOKED_AT_EACH = 5
MOST_LOOKED_AT = 5_000
HIGHEST_LETTER = "\U0010ffff"

TAKEN_PART = """(
    s.actor_id = :viewer_id
    OR EXISTS (SELECT 1 FROM mention fm WHERE fm.status_id = s.id AND fm.actor_id = :viewer_id)
    OR EXISTS (
        SELECT 1 FROM status fr WHERE fr.in_reply_to_id = s.id AND fr.actor_id = :viewer_id)
    OR EXISTS (SELECT 1 FROM status fb WHERE fb.boost_of_id = s.id AND fb.actor_id = :viewer_id)
    OR EXISTS (SELECT 1 FROM favourite ff WHERE ff.status_id = s.id AND ff.actor_id = :viewer_id)
    OR EXISTS (SELECT 1 FROM bookmark fk WHERE fk.status_id = s.id AND fk.actor_id = :viewer_id)
)"""
FINDABLE = f"""(
    (s.reach = 'public' AND EXISTS (
        SELECT 1 FROM actor fa WHERE fa.id = s.actor_id AND fa.is_indexable))
    OR {TAKEN_PART}
)"""
# What a reader says besides the words.
NARROWED = f"""(
    (NOT :only_answers OR s.in_reply_to_uri IS NOT NULL)
    AND (NOT :only_sensitive OR s.is_sensitive OR EXISTS (
        SELECT 1 FROM actor fs WHERE fs.id = s.actor_id AND fs.is_sensitized))
    AND (NOT :only_public OR s.reach = 'public')
    AND (NOT :only_taken_part OR {TAKEN_PART})
)"""


async def found_statuses(
    connection: Connection,
    viewer: Viewer,
    sought: Sought,
    *,
    since: Millis,
    before: StatusId | None,
    limit: int,
    only: Collection[Only] = (),
) -> list[StatusId]:
    """Posts that say this and that the viewer may find, newest first."""
    found: list[StatusId] = []
    for most in (FIRST_LOOKED_AT_EACH * limit, MOST_LOOKED_AT):
        rows = await connection.fetch_all(
            f"""
            SELECT s.id FROM FOUND(status_words, :sought) found JOIN status s ON s.id = found.id
            WHERE {NARROWED} AND {FINDABLE} AND {VISIBLE}
            ORDER BY found.id DESC LIMIT :limit
            """,
            sought=sought,
            above=snowflake_from(since),
            before=before or LAST,
            most=most,
            limit=limit,
            only_answers=Only.ANSWERS in only,
            only_sensitive=Only.SENSITIVE in only,
            only_public=Only.PUBLIC in only,
            only_taken_part=Only.TAKEN_PART in only,
            **eyes(viewer),
        )
        found = [StatusId(row["id"]) for row in rows]
        if len(found) == limit:
            break
    return found


async def looked_down_to(
    connection: Connection, sought: Sought, *, since: Millis, before: StatusId | None
) -> StatusId | None:
    """Where the looking ends that `found_statuses` does at most; None when that is the very end."""
    row = await connection.fetch_one(
        "SELECT min(found.id) AS lowest, count(*) AS n FROM FOUND(status_words, :sought) found",
        sought=sought,
        above=snowflake_from(since),
        before=before or LAST,
        most=MOST_LOOKED_AT,
    )
    return StatusId(row["lowest"]) if row and row["n"] == MOST_LOOKED_AT else None


async def found_people(
    connection: Connection, viewer: Viewer, sought: Sought, limit: int
) -> list[Actor]:
    """People of whom the viewer may know and whose profile says this; whom they follow first."""
    rows = await connection.fetch_all(
        """
        SELECT a.id FROM FOUND(actor_words, :sought) found JOIN actor a ON a.id = found.id
        LEFT JOIN follow f ON f.followee_id = a.id AND f.follower_id = :viewer_id
            AND f.state = 'accepted'
        WHERE a.gone_at IS NULL AND a.suspended_at IS NULL
            AND (a.policy IS NULL OR (a.policy = 'silence' AND f.id IS NOT NULL))
            AND (a.domain IS NOT NULL OR a.kind <> 'Application')
            AND NOT EXISTS (SELECT 1 FROM block b
                WHERE b.actor_id = a.id AND b.target_id = :viewer_id)
        ORDER BY CASE WHEN f.id IS NULL THEN 1 ELSE 0 END, lower(a.username), a.id LIMIT :limit
        """,
        sought=sought,
        above=0,
        before=LAST,
        most=MOST_LOOKED_AT,
        limit=limit,
        viewer_id=viewer.actor_id or 0,
    )
    actors = await actors_by_id(connection, [row["id"] for row in rows])
    return [actors[ActorId(row["id"])] for row in rows]


async def found_hashtags(
    connection: Connection,
    viewer: Viewer,
    beginning: str,
    *,
    since: Millis,
    limit: int,
    only_ours: bool = False,
) -> Sequence[tuple[str, int]]:
    """Hashtags that begin so, each with how many public posts have had it since then.

    Of posts elsewhere strangers are told nothing, however public these are.
    """
    rows = await connection.fetch_all(
        f"""
        SELECT found.name, count(*) AS n FROM (
            SELECT name, status_id FROM hashtag
            WHERE name >= :first AND name < :last AND status_id > :above
            ORDER BY name, status_id LIMIT :most) found
        JOIN status s ON s.id = found.status_id
        WHERE s.reach = 'public' AND (s.is_local OR NOT :only_ours) AND {NOT_SILENCED}
            AND {VISIBLE}
        GROUP BY found.name ORDER BY count(*) DESC, found.name LIMIT :limit
        """,
        first=beginning,
        last=beginning + HIGHEST_LETTER,
        above=snowflake_from(since),
        most=MOST_LOOKED_AT,
        limit=limit,
        only_ours=only_ours,
        **eyes(viewer),
    )
    return [(row["name"], int(row["n"])) for row in rows]
