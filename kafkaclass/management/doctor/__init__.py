"""What `manage.py doctor` looks at, and what it says.

    finding     a sentence about one thing, and whether it is as it has to be
    machine     Python and its packages, the system, memory, disk, open files
    site        the settings of the web site, its port, whether it answers
    database    whether it answers and has our tables
    brokers     Java, jars, ports and processes, where the brokers are the app's own
    cluster     Kafka as the app sees it: addresses, replicas, the class's feed
    rights      what the app may do there; the brokers' clocks

Why it is so
------------
It asks what the app itself asks, with the app's own code and with the same settings, so that it finds what the app would
stumble over. Nothing that one part does keeps the others from being looked at. A class may run meanwhile: what is tried on
the cluster has names of its own, below the class's prefix, and is gone at the end.
"""

from kafkaclass.management.doctor.examination import examine
from kafkaclass.management.doctor.finding import Finding, State

__all__ = ["Finding", "State", "examine"]
