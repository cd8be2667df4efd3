"""Talk to Kafka. Nothing else imports confluent_kafka, and nothing here knows Django.

    errors      one family of errors: what was asked, what was answered, what to try
    refusals    everything that the app itself refuses, with its sentences
    counted     numbers with their nouns
    namespace   a seat's part of the cluster: `test1p` is `<class>.<seat>.test1p`
    clients     which cluster, and the process's admin client and producer
    metadata    brokers, topics and partitions, read from the cluster
    limits      how much of the cluster one act may take
    configs     settings of a topic, a group or a broker
    topics      create, delete, add partitions, describe the settings
    offsets     where partitions begin and end, of many at once
    records     produce with delivery reports, read a range, show a record as JSON
    groups      consumer groups with members and lag
    share_groups what became of each record in a share group
    users       a user with a password for a seat, and what it may do: for programs on laptops
    snapshot    one picture of the cluster a second, for all pages
    live        watch topics: one reader for a whole process
    consume     a member of a group, for one student

Why it is so
------------
Every call has a time limit (5 s by default) and fails with a `ClusterError`, so the layers above need not know
the client: pages print its three sentences, the API its code. The code decides which error it is; the text is
Kafka's own, because its words are part of the lesson.

What Kafka can refuse, Kafka refuses. The app refuses only where its own prefix would make a name legal (the empty
one, `.`, `..`), where the client would replace what was typed by a default (-1), where a class has a limit (12
partitions, 2,000 replicas per broker), and where the client would keep looking for something that metadata shows
to be missing. It then says that it was the app.

An act is over when its result can be seen: `create_topic` returns once every broker lists the topic. The admin
call's own answer comes earlier, and your next click may reach a broker that has not heard of the topic.

Pictures come from lists of topics and not from describe calls, because lists work even when brokers are missing.
After a broker was killed, describe calls of an existing admin client fail for 25 to 40 s until a list renews its
metadata. So a describe call that times out is repeated after a list.
"""
