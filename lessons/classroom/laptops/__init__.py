"""Programs on students' own laptops: a user of the cluster for each seat that asks for one.

    users     give a seat its user, with a password; take it back
    files     what a program reads to find the cluster: for librdkafka, for Java, and the authority's certificate
    connected who has one, and whose programs read now
    keeper    sees to it that the cluster has the users that the rows say, and that nobody takes more than a seat's share

Why it is so
------------
Only where the cluster has a listener for laptops: `settings.LAPTOP_SERVERS`. The rows say who has a user; Kafka holds the
users and what they may do. A password is derived and stored nowhere here. When Kafka does not answer while a seat is
removed, or its folder was lost, the keeper makes it right later.
"""
