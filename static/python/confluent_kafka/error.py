"""Where confluent-kafka has them, too."""

from ._errors import KafkaError, KafkaException

__all__ = ["KafkaError", "KafkaException"]
