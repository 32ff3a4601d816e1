"""This is where collections of people are written for other servers (FEP-7aa9).

Who stands in one has agreed to it, and an authorization on their own server says so.
"""

from html import escape

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.documents import timestamp
from fedlearn.activitypub.uris import PUBLIC, Uris
from fedlearn.domain.actors import Actor
from fedlearn.domain.collections import CollectionItem, CollectionView
from fedlearn.domain.ids import Uri, snowflake


def render_people_collection(view: CollectionView, uris: Uris) -> Document:
    """A collection, with everybody in it."""
    collection, said = view.collection, view.collection.said
    document: Document = {
        "id": _uri(view, uris),
        "type": "FeaturedCollection",
        "attributedTo": view.owner.uri,
        "url": uris.collection_page(collection.id),
        "name": said.name,
        "summary": escape(said.description, quote=False),
        "sensitive": said.is_sensitive,
        "discoverable": said.is_discoverable,
        "published": timestamp(collection.created_at),
        "updated": timestamp(collection.updated_at),
        "totalItems": len(view.items),
        "orderedItems": [render_item(view, one, uris) for one in view.items],
    }
    if said.tag:
        href = uris.hashtag(said.tag)
        document["topic"] = {"type": "Hashtag", "href": href, "name": f"#{said.tag}"}
    if said.language:
        document["summaryMap"] = {said.language: document["summary"]}
    return document


def render_item(view: CollectionView, item: CollectionItem, uris: Uris) -> Document:
    """Somebody in a collection."""
    profile = item.actor.profile
    return {
        "id": _item_uri(view, item, uris),
        "type": "FeaturedItem",
        "featuredObject": profile.uri,
        "featuredObjectType": profile.kind.value,
        "featureAuthorization": uris.feature_authorization(profile.username, item.id),
        "published": timestamp(item.created_at),
    }


def render_feature_authorization(
    view: CollectionView, item: CollectionItem, uris: Uris
) -> Document:
    """The word of somebody of ours that they may stand in a collection."""
    profile = item.actor.profile
    return {
        "id": uris.feature_authorization(profile.username, item.id),
        "type": "FeatureAuthorization",
        "attributedTo": profile.uri,
        "interactingObject": _uri(view, uris),
        "interactionTarget": profile.uri,
    }


def render_add_collection(view: CollectionView, uris: Uris) -> Document:
    """A collection is there, whole."""
    target = featured_collections_of(view)
    return _news("Add", view, uris, render_people_collection(view, uris), target)


def render_update_collection(view: CollectionView, uris: Uris) -> Document:
    """Something else is said of a collection."""
    return _news("Update", view, uris, render_people_collection(view, uris))


def render_remove_collection(view: CollectionView, uris: Uris) -> Document:
    """A collection is there no more, or not for everybody."""
    return _news("Remove", view, uris, _uri(view, uris), featured_collections_of(view))


def render_add_item(view: CollectionView, item: CollectionItem, uris: Uris) -> Document:
    """Somebody is in a collection."""
    return _news("Add", view, uris, render_item(view, item, uris), _uri(view, uris))


def render_remove_item(view: CollectionView, item: CollectionItem, uris: Uris) -> Document:
    """Somebody is in a collection no more."""
    return _news("Remove", view, uris, _item_uri(view, item, uris), _uri(view, uris))


def render_feature_refusal(asked: Actor, by: Actor, request: Document) -> Document:
    """Somebody does not stand in a collection elsewhere."""
    return {
        "id": f"{asked.uri}#rejects/{snowflake()}",
        "type": "Reject",
        "actor": asked.uri,
        "to": [by.uri],
        "cc": [],
        "object": request,
    }


def featured_collections_of(view: CollectionView) -> Uri:
    """Where whose collection it is has all of theirs."""
    return Uri(f"{view.owner.uri}/featured_collections")


def _news(
    kind: str, view: CollectionView, uris: Uris, about: Document | Uri, target: Uri | None = None
) -> Document:
    activity: Document = {
        "id": f"{_uri(view, uris)}#{kind.lower()}s/{snowflake()}",
        "type": kind,
        "actor": view.owner.uri,
        "to": [PUBLIC],
        "cc": [f"{view.owner.uri}/followers"],
        "object": about,
    }
    return activity | {"target": target} if target else activity


def _uri(view: CollectionView, uris: Uris) -> Uri:
    return uris.people_collection(view.owner.profile.username, view.collection.id)


def _item_uri(view: CollectionView, item: CollectionItem, uris: Uris) -> Uri:
    return Uri(f"{_uri(view, uris)}/items/{item.id}")
