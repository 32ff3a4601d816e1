"""This is where every address of the server stands, on one screen."""

from importlib import resources

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from fedlearn.web import media
from fedlearn.web.federation import actors, collections, discovery, inbox, objects, quotes
from fedlearn.web.pages import (
    about,
    explore,
    feeds,
    hashtags,
    home,
    keeping_away,
    kept,
    lists,
    mail_links,
    notifications,
    oembed,
    passkeys,
    profiles,
    search,
    second_steps,
    security,
    signing_in,
    statuses,
    you,
)
from fedlearn.web.proxied import PROXY


class IdConvertor(IntegerConvertor):
    """An id in a path; what no column could hold is no address of ours."""

    regex = "[0-9]{1,18}"


register_url_convertor("id", IdConvertor())

STATUS = "/users/{username}/statuses/{status_id:id}"

# The busiest come first: routes are tried in this order.
FEDERATION = [
    Route("/inbox", inbox.post_inbox, methods=["POST"]),
    Route("/users/{username}/inbox", inbox.post_inbox, methods=["POST"]),
    Route("/users/{username}", actors.get_actor),
    Route("/.well-known/webfinger", discovery.get_webfinger),
    Route(STATUS, objects.get_status),
    Route(f"{STATUS}/activity", objects.get_activity),
    Route(f"{STATUS}/replies", objects.get_replies),
    Route(STATUS + "/{collection:str}", objects.get_totals),
    Route("/users/{username}/outbox", collections.get_outbox),
    Route("/users/{username}/followers_synchronization", collections.get_partial_followers),
    Route("/users/{username}/quote_authorizations/{authorization_id:id}", quotes.get_authorization),
    Route("/users/{username}/featured", collections.get_featured),
    Route("/users/{username}/{collection}", collections.get_collection),
    Route("/contexts/{status_id:id}", objects.get_conversation),
    Route("/actor", actors.get_instance_actor),
    Route("/actor/inbox", inbox.post_inbox, methods=["POST"]),
    Route("/actor/{collection}", collections.get_instance_collection),
    Route("/.well-known/host-meta", discovery.get_host_meta),
    Route("/.well-known/host-meta.json", discovery.get_host_meta_json),
    Route("/.well-known/nodeinfo", discovery.get_nodeinfo_links),
    Route("/nodeinfo/{version}", discovery.get_nodeinfo),
]

MEDIA = [
    Route("/media/{file_name}", media.get_picture),
    Route(PROXY + "/{token}/{address}", media.get_proxied),
]

PAGES = [
    Route("/", home.home_page),
    Route("/explore", explore.explore_page),
    Route("/public", home.public_page),
    Route("/tags/{name}.atom", feeds.hashtag_feed),
    Route("/tags/{name}", hashtags.hashtag_page),
    Route("/tags/{name}/follow", hashtags.follow_hashtag, methods=["POST"]),
    Route("/tags/{name}/unfollow", hashtags.unfollow_hashtag, methods=["POST"]),
    Route("/statuses", home.post_status, methods=["POST"]),
    Route("/statuses/{status_id:id}/edit", statuses.edit_page),
    Route("/statuses/{status_id:id}/edit", statuses.edit, methods=["POST"]),
    Route("/statuses/{status_id:id}/vote", statuses.vote, methods=["POST"]),
    Route("/statuses/{status_id:id}/{act}", statuses.act, methods=["POST"]),
    Route("/actors/{actor_id:id}/follow", profiles.follow, methods=["POST"]),
    Route("/actors/{actor_id:id}/unfollow", profiles.unfollow, methods=["POST"]),
    Route("/actors/{actor_id:id}/block", profiles.block, methods=["POST"]),
    Route("/actors/{actor_id:id}/unblock", profiles.unblock, methods=["POST"]),
    Route("/actors/{actor_id:id}/mute", keeping_away.mute, methods=["POST"]),
    Route("/actors/{actor_id:id}/unmute", profiles.unmute, methods=["POST"]),
    Route("/domain-blocks", keeping_away.block_domain, methods=["POST"]),
    Route("/domain-blocks/remove", keeping_away.unblock_domain, methods=["POST"]),
    Route("/requests/{follow_id:id}/accept", profiles.accept_request, methods=["POST"]),
    Route("/requests/{follow_id:id}/reject", profiles.reject_request, methods=["POST"]),
    Route("/search", search.search_page),
    Route("/authorize_interaction", search.authorize_interaction),
    Route("/notifications", notifications.notifications_page),
    Route("/lists", lists.lists_page),
    Route("/lists", lists.create_list, methods=["POST"]),
    Route("/lists/{list_id:id}", lists.list_page),
    Route("/lists/{list_id:id}/rename", lists.rename_list, methods=["POST"]),
    Route("/lists/{list_id:id}/delete", lists.delete_list, methods=["POST"]),
    Route("/lists/{list_id:id}/add/{actor_id:id}", lists.add_member, methods=["POST"]),
    Route("/lists/{list_id:id}/remove/{actor_id:id}", lists.remove_member, methods=["POST"]),
    Route("/muted", keeping_away.muted_page),
    Route("/bookmarks", kept.get_bookmarks),
    Route("/favourites", kept.get_favourites),
    Route("/settings", you.settings_page),
    Route("/settings/profile", you.change_profile, methods=["POST"]),
    Route("/settings/pictures", you.change_pictures, methods=["POST"]),
    Route("/settings/password", you.change_password, methods=["POST"]),
    Route("/settings/security", security.security_page),
    Route("/settings/security/sign-out", security.sign_out_device, methods=["POST"]),
    Route("/settings/security/sign-out-others", security.sign_out_others, methods=["POST"]),
    Route("/settings/second-step", second_steps.second_step_page),
    Route("/settings/second-step", second_steps.confirm, methods=["POST"]),
    Route("/settings/second-step/begin", second_steps.begin, methods=["POST"]),
    Route("/settings/second-step/qr.png", second_steps.qr_code),
    Route("/settings/second-step/off", second_steps.turn_off, methods=["POST"]),
    Route("/settings/email", security.change_email, methods=["POST"]),
    Route("/sign-in", signing_in.sign_in_page),
    Route("/sign-in", signing_in.sign_in, methods=["POST"]),
    Route("/sign-in/{token}", signing_in.sign_in_link_page),
    Route("/sign-in/{token}", signing_in.use_sign_in_link, methods=["POST"]),
    Route("/settings/passkeys", passkeys.add, methods=["POST"]),
    Route("/settings/passkeys/remove", passkeys.remove, methods=["POST"]),
    Route("/passkey", passkeys.sign_in, methods=["POST"]),
    Route("/second-step", signing_in.take_second_step, methods=["POST"]),
    Route("/sign-out", signing_in.sign_out, methods=["POST"]),
    Route("/sign-up", signing_in.sign_up_page),
    Route("/sign-up", signing_in.sign_up, methods=["POST"]),
    Route("/oembed", oembed.get_oembed),
    Route("/new-password", mail_links.forgotten_page),
    Route("/new-password", mail_links.ask_for_link, methods=["POST"]),
    Route("/new-password/{token}", mail_links.new_password_page),
    Route("/new-password/{token}", mail_links.choose_password, methods=["POST"]),
    Route("/confirm/{token}", mail_links.confirm_page),
    Route("/confirm/{token}", mail_links.confirm_email, methods=["POST"]),
    Route("/about", about.about_page),
    Route("/rules", about.rules_page),
    Route("/privacy", about.privacy_page),
    Route("/robots.txt", about.robots),
    Route("/@{username}.atom", feeds.profile_feed),
    Route("/@{username}", profiles.profile_page),
    Route("/@{username}/{status_id:id}", statuses.thread_page),
]


def all_routes() -> list[BaseRoute]:
    """Everything that the server answers to."""
    static = StaticFiles(directory=str(resources.files("fedlearn.web") / "static"))
    return [*FEDERATION, *MEDIA, *PAGES, Mount("/static", static)]
