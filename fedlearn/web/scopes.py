"""This is where it is said in plain words what an app asks for."""

from fedlearn.domain.oauth import Scopes, grants
from fedlearn.text.languages import N_, _

WORDS = {
    "read": N_("Read everything that you can read here"),
    "write": N_("Post, change and delete in your name, and change your profile"),
    "follow": N_("See and change whom you follow, mute and block"),
    "push": N_("Send you notifications"),
    "profile": N_("See who you are"),
    "admin:read": N_("Read what the people who look after this server can read"),
    "admin:write": N_("Do what the people who look after this server can do"),
    "read:accounts": N_("See who you are, and your profile"),
    "read:blocks": N_("See whom you block"),
    "read:bookmarks": N_("See your bookmarks"),
    "read:collections": N_("See your collections"),
    "read:favourites": N_("See what you like"),
    "read:filters": N_("See your filters"),
    "read:follows": N_("See whom you follow"),
    "read:lists": N_("See your lists"),
    "read:mutes": N_("See whom you mute"),
    "read:notifications": N_("See your notifications"),
    "read:search": N_("Search in your name"),
    "read:statuses": N_("Read posts, also those that are not for everyone"),
    "write:accounts": N_("Change your profile"),
    "write:blocks": N_("Block people"),
    "write:bookmarks": N_("Bookmark posts"),
    "write:collections": N_("Change your collections, and leave those of others"),
    "write:conversations": N_("Mute and remove conversations"),
    "write:favourites": N_("Like posts"),
    "write:filters": N_("Change your filters"),
    "write:follows": N_("Follow people"),
    "write:lists": N_("Change your lists"),
    "write:media": N_("Upload pictures, videos and sounds"),
    "write:mutes": N_("Mute people"),
    "write:notifications": N_("Clear your notifications"),
    "write:reports": N_("Report people"),
    "write:statuses": N_("Post, edit and delete in your name"),
}


def scope_words(scopes: Scopes) -> list[str]:
    """What these scopes allow. What a wider one says already is not said again."""
    said = [one for one in WORDS if one in scopes and not grants(scopes - {one}, one)]
    return [*(_(WORDS[one]) for one in said), *sorted(scopes - WORDS.keys())]
