"""The admin client of confluent-kafka, as far as a page offers it."""

from __future__ import annotations

from .._errors import KafkaError, KafkaException
from .._metadata import BrokerMetadata, ClusterMetadata, GroupMember, GroupMetadata, PartitionMetadata, TopicMetadata
from .._not_offered import class_not_offered
from .._records import OFFSET_INVALID
from ._client import AdminClient
from ._requests import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)
from ._results import (
    ConsumerGroupDescription,
    ConsumerGroupListing,
    DeletedRecords,
    DescribeClusterResult,
    ListConsumerGroupsResult,
    ListOffsetsResultInfo,
    MemberAssignment,
    MemberDescription,
    TopicDescription,
)

for _each in ConfigSource:
    globals()[f"CONFIG_SOURCE_{_each.name}"] = _each.value
for _type in ResourceType:
    globals()[f"RESOURCE_{_type.name}"] = _type.value

AclBinding, AclBindingFilter = class_not_offered("AclBinding"), class_not_offered("AclBindingFilter")
ScramCredentialInfo = class_not_offered("ScramCredentialInfo")
UserScramCredentialDeletion = class_not_offered("UserScramCredentialDeletion")
UserScramCredentialUpsertion = class_not_offered("UserScramCredentialUpsertion")

__all__ = [
    "OFFSET_INVALID",
    "AclBinding",
    "AclBindingFilter",
    "AdminClient",
    "AlterConfigOpType",
    "BrokerMetadata",
    "ClusterMetadata",
    "ConfigEntry",
    "ConfigResource",
    "ConfigSource",
    "ConsumerGroupDescription",
    "ConsumerGroupListing",
    "DeletedRecords",
    "DescribeClusterResult",
    "GroupMember",
    "GroupMetadata",
    "KafkaError",
    "KafkaException",
    "ListConsumerGroupsResult",
    "ListOffsetsResultInfo",
    "MemberAssignment",
    "MemberDescription",
    "NewPartitions",
    "NewTopic",
    "OffsetSpec",
    "PartitionMetadata",
    "ResourceType",
    "ScramCredentialInfo",
    "TopicDescription",
    "TopicMetadata",
    "UserScramCredentialDeletion",
    "UserScramCredentialUpsertion",
]
