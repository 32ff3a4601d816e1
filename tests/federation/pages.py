"""This is where it stands which pages show posts, and how many questions each may ask the database.

A page that shows posts and does not stand here fails in test_page_questions.py: it takes a line with
where it is, and what it asks besides what every page asks. Then test_page_plans.py looks at it, too.
"""

from dataclasses import dataclass

# Whose session it is, what is new for them, and what is announced.
EVERYBODY = 3
# All that belongs to posts, when there is something of everything and they were read a moment ago:
# see db/status_views.py.
POSTS = 11


@dataclass(frozen=True)
class Page:
    """Where a page is, with gaps for what it shows, and what it asks besides what all ask."""

    at: str
    questions: int


PAGES = {
    "/": Page("/?limit={limit}", POSTS + 3),
    # Three columns, each of them a page.
    "/deck": Page("/deck", 3 * POSTS + 7),
    "/public": Page("/public?limit={limit}", POSTS + 1),
    "/public/all": Page("/public/all?limit={limit}", POSTS + 2),
    "/explore": Page("/explore", POSTS + 3),
    # With whether one follows it, and shows it on one's profile.
    "/tags/{name}": Page("/tags/{tag}?limit={limit}", POSTS + 3),
    "/tags/{name}.atom": Page("/tags/{tag}.atom", POSTS + 1),
    "/lists/{list_id:id}": Page("/lists/{list}?limit={limit}", POSTS + 4),
    "/lists/{list_id:id}.atom": Page("/lists/{list}.atom", POSTS + 3),
    "/search": Page("/search?q={word}&limit={limit}", POSTS + 5),
    "/notifications": Page("/notifications?limit={limit}", POSTS + 5),
    "/notifications/mentions": Page("/notifications/mentions?limit={limit}", POSTS + 4),
    "/bookmarks": Page("/bookmarks?limit={limit}", POSTS + 1),
    "/favourites": Page("/favourites?limit={limit}", POSTS + 1),
    # With the pinned posts, which are a page of their own, and what one keeps in mind of them.
    "/@{username}/replies": Page("/@{writer}/replies?limit={limit}", POSTS + 14),
    "/@{username}/media": Page("/@{writer}/media?limit={limit}", POSTS + 14),
    # And with whom and what they show.
    "/@{username}": Page("/@{writer}?limit={limit}", POSTS + 17),
    # As few as there are soon: how far it looks depends on how rarely they use the hashtag.
    "/@{username}/tagged/{name}": Page("/@{writer}/tagged/{tag}?limit=1", POSTS + 17),
    "/@{username}.atom": Page("/@{writer}.atom", POSTS + 1),
    # The post, what it answers and what answers it.
    "/@{username}/{status_id:id}": Page("/@{writer}/{thread}", 2 * POSTS + 4),
    "/statuses/{status_id:id}/edit": Page("/statuses/{own}/edit", POSTS),
}
