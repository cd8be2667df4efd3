"""Stopping, killing and starting one of the class's own brokers: for whoever teaches, with everybody looking.

Why it is so
------------
A web process starts and ends no broker. It writes what is wanted of each into the data folder; the supervisor in `up`
makes it so, and writes how they are. What is wanted outlives both, so a broker that was stopped stays down until it is
started, through a restart too. Each of the three is a controller as well, and two of three have to agree on anything:
so a second one is not stopped, whatever brought the first one down. Looking and writing is one step, under a lock of
the data folder: of two instructors who stop one each at the same moment, one is refused.

    ours          which brokers are ours to stop, how each is, and the lock
    base          what the three acts have in common
    end, start    the acts
"""

from lessons.actions.brokers.base import BrokerAct
from lessons.actions.brokers.end import KillBroker, StopBroker
from lessons.actions.brokers.ours import BrokerNow, brokers_now, configure
from lessons.actions.brokers.start import StartBroker

__all__ = ["BrokerAct", "BrokerNow", "KillBroker", "StartBroker", "StopBroker", "brokers_now", "configure"]
