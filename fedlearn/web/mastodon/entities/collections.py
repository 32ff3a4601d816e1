"""Entities of collections: Collection, CollectionItem and CollectionWithAccounts."""

from fedlearn.domain.actors import Actor
from fedlearn.domain.collections import CollectionItem, CollectionView
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.describing import Describing, Entity, moment


def collection_entity(of: Describing, view: CollectionView) -> Entity:
    """Collection, with those whom this reader finds in it."""
    collection, said, uris = view.collection, view.collection.said, of.instance.uris
    tag = {"name": said.tag, "url": uris.hashtag(said.tag)} if said.tag else None
    return {
        "id": str(collection.id),
        "account_id": str(view.owner.id),
        "uri": uris.people_collection(view.owner.profile.username, collection.id),
        "url": uris.collection_page(collection.id),
        "name": said.name,
        "description": said.description,
        "language": said.language,
        "local": True,
        "sensitive": said.is_sensitive,
        "discoverable": said.is_discoverable,
        "tag": tag,
        "item_count": len(view.items),
        "items": [item_entity(one) for one in view.items],
        "created_at": moment(collection.created_at),
        "updated_at": moment(collection.updated_at),
    }


def item_entity(item: CollectionItem) -> Entity:
    """CollectionItem."""
    return {
        "id": str(item.id),
        "account_id": str(item.actor.id),
        "state": item.state.value,
        "created_at": moment(item.created_at),
    }


def collection_with_accounts_entity(of: Describing, view: CollectionView) -> Entity:
    """CollectionWithAccounts: whose it is, and who stands in it, each once."""
    people = {one.id: one for one in people_of(view)}
    return {
        "accounts": [account_entity(of, one) for one in people.values()],
        "collection": collection_entity(of, view),
    }


def people_of(view: CollectionView) -> list[Actor]:
    """Who occurs in a collection."""
    return [view.owner, *(item.actor for item in view.items)]
