"""Entities of filters: Filter with its keywords and posts, V1::Filter, and what they find."""

from fedlearn.domain.filters import (
    Filter,
    FilterAction,
    FilteredPost,
    FilterResult,
    Keyword,
)
from fedlearn.web.mastodon.entities.describing import Entity, end_of


def whole_filter_entity(one: Filter) -> Entity:
    """Filter, with all that it speaks of."""
    return {
        **filter_entity(one),
        "keywords": [keyword_entity(keyword) for keyword in one.says.keywords],
        "statuses": [filtered_post_entity(post) for post in one.posts],
    }


def filter_entity(one: Filter) -> Entity:
    """Filter, without its keywords, as it stands on posts."""
    says = one.says
    return {
        "id": str(one.id),
        "title": says.title,
        "context": sorted(context.value for context in says.contexts),
        "expires_at": end_of(says.expires_at),
        "filter_action": says.action.value,
    }


def keyword_entity(keyword: Keyword) -> Entity:
    """FilterKeyword."""
    return {
        "id": str(keyword.id),
        "keyword": keyword.text,
        "whole_word": keyword.whole_word,
    }


def filtered_post_entity(post: FilteredPost) -> Entity:
    """FilterStatus."""
    return {"id": str(post.id), "status_id": str(post.status_id)}


def old_filter_entity(one: Filter, keyword: Keyword) -> Entity:
    """V1::Filter: a keyword with the filter around it."""
    return {
        "id": str(keyword.id),
        "phrase": keyword.text,
        "context": sorted(context.value for context in one.says.contexts),
        "whole_word": keyword.whole_word,
        "expires_at": end_of(one.says.expires_at),
        "irreversible": one.says.action is FilterAction.HIDE,
    }


def filter_result_entity(result: FilterResult) -> Entity:
    """FilterResult: that a filter of the viewer's speaks of a post."""
    return {
        "filter": filter_entity(result.filter),
        "keyword_matches": list(result.matches),
        "status_matches": [str(result.named)] if result.named else [],
    }
