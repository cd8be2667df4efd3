"""A seat's own user of the cluster, for programs on the student's laptop: a password, and what it may do.

Why it is so
------------
Pages and cells are kept apart by this app, which gives every name its prefix. A program on a laptop talks to the brokers
without the app, so there Kafka keeps seats apart: by a user for each, `<class>.<seat>`, and by ACLs on everything that
begins with the seat's prefix (KIP-290). What is not named here is refused.

A user may describe what its page lists, too: the class's own topics, such as the feed, and Kafka's internal ones. It may
read none of them.

ACLs count nothing. So a user who has taken more than a seat's share is denied to create more, until some of it is gone.
And more partitions for a topic (ALTER) are nobody's: one request may ask for nearly ten thousand, which ends brokers, and no
policy of Kafka's is asked about it, as one is when a topic is created. They are added in the page.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from lessons.cluster import clients
from lessons.cluster.clients import TIMEOUT_S, settle
from lessons.cluster.errors import KafkaRefused, translated
from lessons.cluster.metadata import KAFKAS_OWN
from lessons.cluster.namespace import Namespace
from lessons.words import _

MECHANISM = "SCRAM-SHA-256"
_ITERATIONS = 4096  # the least that Kafka takes; a password of 100 random bits needs no more
_ANY_HOST = "*"
_ANY: Any = None  # in a filter; the client's types do not know it
_GONE_ALREADY = "RESOURCE_NOT_FOUND"

_OWN_TOPICS = (
    AclOperation.CREATE,
    AclOperation.DELETE,
    AclOperation.DESCRIBE,
    AclOperation.READ,
    AclOperation.WRITE,
    AclOperation.DESCRIBE_CONFIGS,
    AclOperation.ALTER_CONFIGS,
)
_OWN_GROUPS = (
    AclOperation.DESCRIBE,
    AclOperation.READ,
    AclOperation.DELETE,
    AclOperation.DESCRIBE_CONFIGS,
    AclOperation.ALTER_CONFIGS,  # where a share group begins; the brokers' policy refuses all else
)
_OWN_TRANSACTIONS = (AclOperation.DESCRIBE, AclOperation.WRITE)


def user_of(namespace: Namespace) -> str:
    return f"{namespace.class_slug}.{namespace.seat_slug}"


def give_user(namespace: Namespace, password: str, *, timeout_s: float = TIMEOUT_S) -> None:
    """Make the seat's user, or give it this password, and allow it what a seat may do. Raises: ClusterError."""
    asked = _("Make your user of the cluster")
    credential = UserScramCredentialUpsertion(
        user_of(namespace), ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, _ITERATIONS), password.encode()
    )
    admin = clients.admin()
    with translated(asked=asked):
        made = admin.create_acls(_allowed(namespace), request_timeout=timeout_s)
        changed = admin.alter_user_scram_credentials([credential], request_timeout=timeout_s)
    _settle_all([*made.values(), *changed.values()], asked=asked, timeout_s=timeout_s)


def end_user(user: str, *, timeout_s: float = TIMEOUT_S) -> None:
    """Take everything from the user. Doing it twice changes nothing. Raises: ClusterError.

    First what it may do, which holds at once for connections that are open, too.
    """
    asked = _("Remove a user of the cluster")
    _delete_acls(_filter(user), asked=asked, timeout_s=timeout_s)
    deletion = UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_256)
    with translated(asked=asked):
        futures = clients.admin().alter_user_scram_credentials([deletion], request_timeout=timeout_s)
    try:
        _settle_all(futures.values(), asked=asked, timeout_s=timeout_s)
    except KafkaRefused as refusal:
        if refusal.code != _GONE_ALREADY:
            raise


def list_allowed(*, timeout_s: float = TIMEOUT_S) -> set[str]:
    """The users that are allowed anything. Raises: ClusterError.

    The list of users with passwords would be nearer, but librdkafka 2.16 ends the process when that one is refused.
    """
    return _list_users(AclPermissionType.ALLOW, timeout_s=timeout_s)


def deny_creating(namespace: Namespace, *, timeout_s: float = TIMEOUT_S) -> None:
    """A denial holds against whatever is allowed. Raises: ClusterError."""
    asked = _("Deny a user to create more")
    denial = _of_topics(namespace, AclOperation.CREATE, AclPermissionType.DENY)
    with translated(asked=asked):
        futures = clients.admin().create_acls([denial], request_timeout=timeout_s)
    _settle_all(futures.values(), asked=asked, timeout_s=timeout_s)


def allow_creating(namespace: Namespace, *, timeout_s: float = TIMEOUT_S) -> None:
    """Take the denial back. Raises: ClusterError."""
    denials = _filter(user_of(namespace), permission=AclPermissionType.DENY)
    _delete_acls(denials, asked=_("Allow a user to create topics again"), timeout_s=timeout_s)


def list_denied(*, timeout_s: float = TIMEOUT_S) -> set[str]:
    """The users that are denied anything. Raises: ClusterError."""
    return _list_users(AclPermissionType.DENY, timeout_s=timeout_s)


def _list_users(permission: AclPermissionType, *, timeout_s: float) -> set[str]:
    asked = _("List the users of the cluster")
    with translated(asked=asked):
        future = clients.admin().describe_acls(_filter(None, permission=permission), request_timeout=timeout_s)
    found: Sequence[AclBinding] = settle(future, asked=asked, timeout_s=timeout_s)
    return {each.principal.removeprefix("User:") for each in found}


def _allowed(namespace: Namespace) -> list[AclBinding]:
    return [
        *(_of_topics(namespace, operation) for operation in _OWN_TOPICS),
        *(_acl(namespace, ResourceType.GROUP, namespace.prefix, operation) for operation in _OWN_GROUPS),
        *(
            _acl(namespace, ResourceType.TRANSACTIONAL_ID, namespace.prefix, operation)
            for operation in _OWN_TRANSACTIONS
        ),
        _acl(namespace, ResourceType.TOPIC, namespace.class_prefix, AclOperation.DESCRIBE),
        *(
            _acl(namespace, ResourceType.TOPIC, name, AclOperation.DESCRIBE, pattern=ResourcePatternType.LITERAL)
            for name in sorted(KAFKAS_OWN)
        ),
    ]


def _of_topics(
    namespace: Namespace, operation: AclOperation, permission: AclPermissionType = AclPermissionType.ALLOW
) -> AclBinding:
    return _acl(namespace, ResourceType.TOPIC, namespace.prefix, operation, permission=permission)


def _acl(
    namespace: Namespace,
    resource: ResourceType,
    name: str,
    operation: AclOperation,
    *,
    pattern: ResourcePatternType = ResourcePatternType.PREFIXED,
    permission: AclPermissionType = AclPermissionType.ALLOW,
) -> AclBinding:
    return AclBinding(resource, name, pattern, _principal(user_of(namespace)), _ANY_HOST, operation, permission)


def _filter(user: str | None, *, permission: AclPermissionType = AclPermissionType.ANY) -> AclBindingFilter:
    """What this user, or anybody, is allowed or denied."""
    principal: Any = None if user is None else _principal(user)
    return AclBindingFilter(
        ResourceType.ANY, _ANY, ResourcePatternType.ANY, principal, _ANY, AclOperation.ANY, permission
    )


def _principal(user: str) -> str:
    return f"User:{user}"


def _delete_acls(which: AclBindingFilter, *, asked: str, timeout_s: float) -> None:
    with translated(asked=asked):
        futures = clients.admin().delete_acls([which], request_timeout=timeout_s)
    _settle_all(futures.values(), asked=asked, timeout_s=timeout_s)


def _settle_all(futures: Iterable[Future[object]], *, asked: str, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    for future in futures:
        settle(future, asked=asked, timeout_s=max(0.0, deadline - time.monotonic()))
