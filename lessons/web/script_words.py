"""What the scripts on a page say, for static/js/words.js: the page brings it along, in the page's language."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# By the <script> element that holds them: every page has `page`, one with streams `streams`, with cells `kernel`, with the
# feed `feed`.
WORDS = {
    "page": {
        "no-answer": _("The server did not answer, so it is not known whether this was done. Press the button again: the same request is never done twice."),
        "unreadable": _("The server could not answer this. Reload the page; what you typed is still here to copy."),
        "copied": _("Copied"),
        "not-copied": _("Not copied"),
        "your-time": _("(%(time)s in your time zone)"),
        "for-days": _("for %(number)s d"),
        "for-hours": _("for %(number)s h"),
        "for-minutes": _("for %(number)s min"),
        "for-seconds": _("for %(number)s s"),
        "connecting": _("connecting…"),
        "reconnecting": _("reconnecting…"),
        "brokers-joining": _("the brokers are joining"),
        "live": _("live"),
        "blocked": _("No live connection comes about: something on the way to the server blocks WebSockets. Reload the page to see what is new."),
        "closed-4400": _("The server did not understand this page. Reload it."),
        "closed-4404": _("You can no longer see this page in this browser. Reload it."),
        "closed-4413": _("This page sent too much at once. Reload it."),
        "closed-4429": _("You have too many streams open, in all tabs and windows together. Close or stop some, then reload this page."),
    },
    "streams": {
        "empty": _("empty"),
        "show-all": _("show all %(count)s characters"),
        "show-bytes": _("show all %(count)s bytes"),
        "show-json": _("show all %(count)s characters, indented"),
        "indent": _("indent"),
        "show-first": _("show the first 1 KiB of %(count)s bytes"),
        "show-less": _("show less"),
        "show-less-of-first": _("show less (only the first 1 KiB of %(count)s bytes is here)"),
        "nothing-yet": _("nothing yet"),
        "lane": _("partition %(partition)s: last offset %(offset)s"),
        "empty-lane": _("partition %(partition)s: nothing yet"),
        "no-lanes": _("No partition yet"),
        "left-out": _("Records left out because they arrived faster than this page could show them: %(count)s."),
        "summary": _("New records: %(count)s. The last one: partition %(partition)s, offset %(offset)s."),
        "cut": _("The connection was lost. Reconnecting…"),
        "asking": _("Asking for %(topic)s…"),
        "watching": _("Watching %(topic)s"),
        "ends-at": _("Partition %(partition)s ends at offset %(offset)s: watching from there."),
        "begins-at": _("Partition %(partition)s begins at offset %(offset)s: watching from there."),
        "paused": _("Paused. The rows stay, and you miss nothing."),
        "topic-replaced": _("There is a new topic %(topic)s now. It begins at offset 0."),
        "partitions-added": _("Partitions of %(topic)s now: %(count)s."),
        "topic-deleted": _("%(topic)s was deleted. The rows here are what it held."),
        "watch-waits": _("%(topic)s was deleted. Watching continues when it is created again."),
        "consumer-waits": _("%(topic)s was deleted. The consumer waits for it."),
        "starting": _("Starting…"),
        "joining": _("Joining group %(group)s…"),
        "joining-again": _("The partitions of group %(group)s are shared anew…"),
        "assigned": _("Assigned: %(places)s."),
        "assigned-nothing": _("Assigned nothing: other members of the group have all partitions."),
        "member": _("A member of group %(group)s: %(places)s"),
        "no-partition": _("no partition"),
        "partition-from-offset": _("partition %(partition)s from offset %(offset)s"),
        "partition-from-group": _("partition %(partition)s from where the group was"),
        "partition-at": _("partition %(partition)s at %(offset)s"),
        "lost": _("Lost: partition %(partitions)s."),
        "revoked": _("Revoked: partition %(partitions)s."),
        "stopping": _("Stopping: committing, leaving the group…"),
        "stopped": _("Stopped. The group has committed %(places)s."),
        "stopped-empty": _("Stopped. Nothing is committed."),
        "not-started": _("The consumer did not start."),
        "stopped-by-cut": _("Stopped: the connection was lost."),
        "cut-while-stopping": _("The connection was lost while the consumer stopped. It has left the group all the same."),
        "cut-while-consuming": _("The connection was lost, so the consumer leaves its group. Reconnecting…"),
    },
    "kernel": {
        "kernel-old-browser": _("This browser can’t run Python in a page. Chrome, Edge and Chromium from version 137 can, and Firefox from version 153. The forms and the downloads work in any."),
        "kernel-not-loaded": _("Python could not be loaded. Check the connection and try again."),
        "kernel-busy": _("A cell is running. Wait for it, or stop it."),
        "kernel-restarts": _("The cell could not be stopped where it was. Python starts anew: variables are gone, and its clients are closed."),
    },
    "feed": {
        "feed-live": _("Live"),
        "feed-paused": _("Paused. New lines: %(count)s."),
        "feed-replay": _("Replay"),
        "feed-past": _("As it was then"),
        "feed-cut": _("The connection was lost. Reconnecting…"),
        "feed-waits": _("Waiting for the first action"),
        "feed-replaced": _("The feed’s topic was deleted. The feed continues with the next action."),
        "feed-left-out": _("Records left out because they arrived faster than this page could show them: %(count)s."),
        "feed-empty": _("Nothing has happened in this class yet. New actions will appear here."),
        "feed-no-match": _("Nothing matches the filters above."),
        "play": _("Play"),
        "stop": _("Stop"),
        "now": _("now"),
        "moment": _("%(shown)s of %(all)s"),
        "finished": _("finished %(exercise)s"),
        "hand-raised": _("raised a hand"),
        "hand-answered": _("had a raised hand answered"),
        "hand-lowered": _("lowered a hand"),
        "hand-about": _("%(lesson)s: %(exercise)s"),
        "announced": _("sent an announcement"),
        "everybody-to": _("Go to %(lesson)s."),
        "said": _("%(speaker)s: %(answer)s"),
    },
}  # fmt: skip


def script_words(request: HttpRequest) -> dict[str, Any]:
    """The context processor for templates/base.html."""
    return {"script_words": WORDS}
