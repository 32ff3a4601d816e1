"""This is where it is decided who sees a status. Every query for statuses has this predicate in it.

Queries call the status `s` and give the parameters of `eyes()`:

- a stranger sees public and unlisted posts that may leave the instance;
- a local reader also sees those kept inside the organisation;
- a follower, here or elsewhere, also sees posts for followers;
- the author and those named in a post see it whatever its reach, if it may come to them at all:
  a post of scope `org` is never seen by an actor of another server;
- what somebody silenced posts, here or on a silenced domain, is not for everybody, whatever it says
  of itself: followers and those named see it, and whom it answers;
- nobody but themselves sees posts of those who are suspended;
- nobody sees posts of those who block them, nor of those whom they block;
- nobody, not even its author, sees a post whose deletion may still be undone.

`IS TRUE` keeps PostgreSQL from making a join of what is only to be looked up: of such a join it
expects that nearly nothing is left, and would rather sort all there is than leaf through an index.
"""

from typing import Any

from fedlearn.domain.audience import Viewer

NOT_SILENCED = """(NOT EXISTS (
    SELECT 1 FROM actor va WHERE va.id = s.actor_id AND va.policy = 'silence')) IS TRUE"""

# They may come back, so their posts are still there. The author's own eyes serve processing.
NOT_SUSPENDED = """NOT EXISTS (
    SELECT 1 FROM actor vs
    WHERE vs.id = s.actor_id AND vs.suspended_at IS NOT NULL AND vs.id <> :viewer_id)"""

VISIBLE = f"""(
    s.deleted_at IS NULL
    AND (s.scope = 'fed' OR :viewer_is_local)
    AND (
        (s.reach IN ('public', 'unlisted') AND ({NOT_SILENCED} OR EXISTS (
            SELECT 1 FROM status vp
            WHERE vp.id = s.in_reply_to_id AND vp.actor_id = :viewer_id)))
        OR s.actor_id = :viewer_id
        OR (s.reach <> 'direct' AND EXISTS (
            SELECT 1 FROM follow vf
            WHERE vf.follower_id = :viewer_id AND vf.followee_id = s.actor_id
                AND vf.state = 'accepted'))
        OR EXISTS (
            SELECT 1 FROM mention vm
            WHERE vm.status_id = s.id AND vm.actor_id = :viewer_id)
    )
    AND (
        {NOT_SUSPENDED}
        AND NOT EXISTS (
            SELECT 1 FROM block vb
            WHERE vb.actor_id = s.actor_id AND vb.target_id = :viewer_id)
        AND NOT EXISTS (
            SELECT 1 FROM block vb
            WHERE vb.actor_id = :viewer_id AND vb.target_id = s.actor_id)
    ) IS TRUE
)"""


def eyes(viewer: Viewer) -> dict[str, Any]:
    """The parameters that `VISIBLE` needs. No actor has id 0, so a stranger matches nobody."""
    return {"viewer_id": viewer.actor_id or 0, "viewer_is_local": viewer.is_local}
