"""Scenes: acts that an instructor recorded in the playground, named, and hands out as a link.

    steps     what a scene is made of, and its file
    storing   makes, changes and deletes scenes
    playing   plays one in a member's own namespace
    before    what a member has on the cluster that a scene would meet

Why it is so
------------
A step is an act: its kind and its fields, with the short names that were typed. So it plays in anybody's namespace, and
it plays as any act does: by `perform`, with a row of its own, the limits of its seat, and its line in the feed. What a
seat may not do, it may not do in a scene either.

A consumer that runs on belongs to a page and its socket. In a scene it is what it is in the API and in a notebook: it
joins, reads what is there, commits and leaves.

A scene outlives the version of the app that made it. A step whose kind is not known any more, or whose fields have become
others, is named and passed over; the other steps play. How far somebody has come is kept by the steps' ids, so a scene can
be changed while it is played.
"""
