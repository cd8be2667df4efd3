"""What is asked by machines and by whoever runs the app: does it answer, can it serve, how is it doing.

    /healthz    this process answers; it touches nothing else
    /readyz     the database answers, and has our tables
    /metrics    numbers for Prometheus (`metrics`)

And each request has an id, by which what it has logged is found (`request_ids`).

Why it is so
------------
They are answered before Django is asked. A probe of Kubernetes asks by the address of its pod, which is no allowed host;
behind TLS it would be sent to another address; and it has no use for a session, a policy or a thread. So ALLOWED_HOSTS
stays as narrow as it is for everything that a browser may ask for.

Kafka is not asked: a class goes on while a broker is away, and another web process would not reach it either. A question
to the database has a thread of its own, as all others may be waiting for Kafka, and only one is under way: however often
probes come, a database that hangs holds up one thread.
"""

from lessons.web.operating.answering import Operating
from lessons.web.operating.request_ids import RequestIds

__all__ = ["Operating", "RequestIds"]
