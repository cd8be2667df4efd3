"""Pages that are kept fresh: what changed on one is drawn again, and sent to it.

    registry        the live pages: one row for each
    base            what a live page is
    checked         one while which is open the exercises of its seat are checked
    renderer        draws the pages of a process by a few threads
    feed_follower   hears in a class's feed what other processes stored
    stage           the part of a lesson's page that the stage is drawn from
    lesson, notebook, playground, cluster, room, seat_lesson     the pages
    notifications   a part of most of them

Why it is so
------------
A page draws, and does nothing else: it checks no exercise, settles no act, publishes nothing and asks Kafka nothing. All
that it shows comes from the latest snapshot and from the tables. So a broker that hangs holds up no page, and a page that
happens to be open changes nothing.

A page is drawn when it is told that something of it has changed: by a snapshot in which something of its seat is not as
it was, or by `lessons.classroom.changes`.
"""
