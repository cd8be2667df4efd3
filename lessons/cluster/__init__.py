"""Talk to Kafka. Nothing else imports confluent_kafka, and nothing here knows Django.

    errors      one family of errors: what was asked, what was answered, what to try
    namespace   a seat's slice of the cluster: `test1p` is `<class>.<seat>.test1p`
    clients     which cluster, and the process's admin and producer
    metadata    brokers, topics and partitions as the cluster tells them
    limits      what the app itself refuses
    topics      create, delete, add partitions, describe the settings
    records     produce with delivery reports, read a range, show a record as JSON
    groups      consumer groups with members and lag
    snapshot    one picture of the cluster a second, for all who look
    live        watch topics: one reader for a whole process
    consume     be a member of a group, for one learner

Why it is so
------------
Every call is bounded (5 s unless said otherwise) and fails with a `ClusterError`, so that nobody above has to
know the client: pages print its three sentences, the API its code. Errors are chosen by code; the text is
Kafka's own, because its words are part of the lesson.

What Kafka can refuse, Kafka refuses. The app says no itself only where its own prefix would make a name legal
(the empty one, `.`, `..`), where the client would put a default in place of what was typed (-1), where a class
has a limit (12 partitions, 2,000 replicas a broker), and where the client would look for something for a long
time that metadata shows to be missing. It then says that it was the app.

An act is over when it can be seen: `create_topic` returns once every broker lists the topic, since the admin
call's own answer comes earlier, and the very next click may reach a broker that has not heard of it.

Pictures come from lists of topics, not from describe calls: lists work on whatever is left of the cluster.
After a broker was killed, a living admin client's describe calls fail for 25 to 40 s until a list renews its
metadata; so a describe that times out is asked again after a list.
"""
