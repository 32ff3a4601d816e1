"""What will not do comes back: in its field, with what is wrong beside it, and the page begins there."""

import re

from fedlearn.domain.actors import Role
from fedlearn.services import taking_back
from tests.federation.browser import sign_in
from tests.federation.server import Server
from tests.federation.test_desk import sits
from tests.federation.test_keeping import press
from tests.federation.test_lost_forms import missing_in, scene

LONG = "x" * 6000
MOD = "/moderation"
# Where, what is sent, of which field it is said, and what of it comes back in no field: choices.
REFUSED: list[tuple[str, dict[str, str], str, set[str]]] = [
    ("/statuses", {"text": LONG}, "text", set()),
    ("/statuses", {"text": "x", "content_warning": "y" * 400}, "content_warning", set()),
    ("/statuses", {"text": "x", "audience": "nobody"}, "audience", {"audience"}),
    ("/statuses", {"text": "x", "quote_policy": "nobody else"}, "quote_policy", {"quote_policy"}),
    ("/statuses", {"text": "x", "language": "klingon"}, "language", {"language"}),
    ("/statuses", {"text": "x", "scheduled_at": "soon"}, "scheduled_at", set()),
    ("/statuses", {"text": "x", "option_1": "a", "poll_minutes": "60"}, "poll", {"poll_minutes"}),
    ("/deck/add", {"kind": "profile", "of": "@nobody_here"}, "of", {"kind"}),
    ("/deck/add", {"kind": "no such", "of": "bees"}, "kind", {"kind"}),
    ("/conversations", {"to": "@nobody@nowhere.test", "text": "x"}, "adding", set()),
    ("/conversations", {"to": "@dora", "text": LONG}, "text", set()),
    ("/report", {"actor": "{dora}", "comment": "why"}, "category", set()),
    ("/report", {"actor": "{dora}", "category": "spam", "comment": LONG}, "comment", set()),
    ("/lists", {"title": LONG}, "title", set()),
    ("/lists/{list}/rename", {"title": LONG}, "title", set()),
    ("/lists/{list}/options", {"replies_policy": "x"}, "replies_policy", {"replies_policy"}),
    ("/filters", {"title": "Bees", "seconds": "0", "home": "on"}, "keywords", {"seconds", "home"}),
    ("/filters", {"title": "Bees", "seconds": "0", "keyword_1": "x"}, "contexts", {"seconds"}),
    ("/filters/{filter}", {"title": "Bees", "keyword_1": "x", "home": "on"}, "seconds", set()),
    ("/settings/profile", {"name": LONG, "bio": "x"}, "name", set()),
    ("/settings/profile", {"name": "x", "bio": LONG}, "bio", set()),
    ("/settings/profile", {"field_2_name": "", "field_2_value": "x"}, "field_2", set()),
    ("/settings/posting", {"time_zone": "Mars/Base"}, "time_zone", set()),
    ("/settings/aliases", {"alias": "nobody"}, "alias", set()),
    ("/domain-blocks", {"domain": "a b"}, "domain", set()),
    (f"{MOD}/invitations", {"uses": "0", "days": "x"}, "days", set()),
    (f"{MOD}/rules", {"text": "", "hint": "because"}, "text", set()),
    (f"{MOD}/rules/{{rule}}/change", {"text": LONG, "hint": "because"}, "text-{rule}", set()),
    (f"{MOD}/announcements", {"text": "x", "ends_at": "soon"}, "ends", set()),
    (f"{MOD}/reports/{{report}}/note", {"note": LONG}, "note", set()),
    (f"{MOD}/reports/{{report}}/delete", {"text": "x"}, "posts", set()),
    (f"{MOD}/accounts/{{dora}}/warn", {"text": LONG, "reason": "x"}, "text", set()),
    (f"{MOD}/accounts/{{dora}}/role", {"role": "king"}, "role", {"role"}),
    (f"{MOD}/accounts/{{dora}}/delete", {"name": "d", "reason": "x"}, "name", set()),
    (f"{MOD}/domains/save", {"domain": "x.test", "policy": "nuke"}, "policy", {"policy"}),
    (f"{MOD}/domains/save", {"domain": "x.test", "policy": "block", "public_comment": LONG},
     "public_comment", set()),
]  # fmt: skip
BEGINS = re.compile(r"<[^>]*\sautofocus[^>]*>")


async def test_what_will_not_do_comes_back(alpha: Server) -> None:
    """With 422, the words in their fields, and a description of the first of them that is wrong."""
    browser = await sits(alpha, "ada", Role.OWNER)
    gaps = await scene(alpha)
    faults = []
    for form, fields, named, choices in REFUSED:
        path, wrong = form.format(**gaps), f"error-{named.format(**gaps)}"
        sent = {name: value.format(**gaps) for name, value in fields.items()}
        answer = await press(browser, path, **sent)
        words = {name: value for name, value in sent.items() if name not in choices}
        lost = missing_in(answer.text, path, words)
        begins = next(iter(BEGINS.findall(answer.text)), "")
        is_said = f'id="{wrong}"' in answer.text and wrong in begins
        if answer.status_code != 422 or lost or not is_said:
            faults.append((path, wrong, answer.status_code, lost, begins))
    assert faults == []


async def test_what_it_was_for_is_gone(alpha: Server) -> None:
    """Whoever answers what was deleted meanwhile, or changes what was called off, keeps their words."""
    browser = await sign_in(alpha, "alice")
    gone = await alpha.post("dora", "soon gone")
    await taking_back.delete_soon(alpha.instance, gone.author, gone.id)
    for name, number in (("in_reply_to_id", gone.id), ("scheduled_id", 1)):
        answer = await press(browser, "/statuses", text="a thought", **{name: str(number)})
        assert answer.status_code == 404, name
        assert ">a thought</textarea>" in answer.text, name
        assert 'id="error-text"' in answer.text, name
        assert f'name="{name}"' not in answer.text, name
    assert await alpha.home("alice") == []
