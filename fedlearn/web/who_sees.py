"""This is where it is said in plain words who will see a post, before it is sent."""

from collections.abc import Sequence

from babel.lists import format_list

from fedlearn.services.reaching import Crowd, NamedPerson
from fedlearn.text.languages import _, ngettext, spoken

NOBODY = Crowd(0, 0)


def who_sees(
    audience: str, crowd: Crowd, organisation: str, named: Sequence[NamedPerson] = ()
) -> str:
    """A sentence or two: who can read it, to whom it goes, and who is named."""
    names = names_of([one for one in named if one.host or one.name])
    if audience == "direct":
        return _only_named(names)
    said = {
        "public": _("Anybody can read it, here and on other servers."),
        "unlisted": _(
            "Anybody who comes to your profile can read it; public timelines stay without."
        ),
        "followers": _("Nobody else can read it."),
        "org": _(
            "Everybody with an account at %(organisation)s can read it, and nobody else, ever.",
            organisation=organisation,
        ),
    }[audience]
    goes_to = "" if audience == "org" else _goes_to(crowd)
    sentences = [goes_to, said] if audience == "followers" else [said, goes_to]
    if names:
        sentences.append(_("It is sent to %(names)s.", names=names))
    return " ".join(filter(None, sentences))


def warning_of(audience: str, named: Sequence[NamedPerson]) -> str:
    """What would go wrong when it is sent so; "" when nothing would."""
    outsiders = [one for one in named if one.host]
    if audience == "org" and outsiders:
        return _(
            "%(names)s cannot see what stays here: leave out the name, or choose another audience.",
            names=names_of(outsiders),
        )
    strangers = [one for one in named if not one.host and not one.name]
    if strangers:
        return _("There is nobody here by the name of %(names)s.", names=names_of(strangers))
    return ""


def names_of(people: Sequence[NamedPerson]) -> str:
    """Their names in a row: of ours as they call themselves, of others with their server."""
    return format_list([_name(one) for one in people], locale=spoken().locale) if people else ""


def _name(person: NamedPerson) -> str:
    if not person.host:
        return person.name or f"@{person.handle}"
    return _("@%(handle)s on %(host)s", handle=person.handle, host=person.host)


def _only_named(names: str) -> str:
    if not names:
        return _("Only people whom you name with @ can read it: nobody yet.")
    return _("Only %(names)s can read it.", names=names)


def _goes_to(crowd: Crowd) -> str:
    if not crowd.followers:
        return _("Nobody follows you yet.")
    values = {"servers": crowd.servers}
    if crowd.is_more:
        return _(
            "It goes to your more than %(num)s followers on %(servers)s servers.",
            num=crowd.followers,
            **values,
        )
    if crowd.servers == 1:
        return ngettext(
            "It goes to your one follower.", "It goes to your %(num)s followers.", crowd.followers
        )
    return ngettext(
        "It goes to your one follower, on %(servers)s servers.",
        "It goes to your %(num)s followers on %(servers)s servers.",
        crowd.followers,
        **values,
    )
