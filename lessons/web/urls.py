from django.urls import path

from lessons.web import authoring
from lessons.web.pages.doors import join
from lessons.web.pages.grading import school_ids
from lessons.web.pages.grading.completion import grading, recheck_many
from lessons.web.pages.grading.evidence import decide, evidence
from lessons.web.pages.grading.exports import canvas, canvas_file, export, exports
from lessons.web.pages.grading.history import history
from lessons.web.pages.grading.regrade import regrade
from lessons.web.pages.grading.seat import seat_page
from lessons.web.pages.room import announcements, brokers, feed, join_screen, preview, room, seat_lesson
from lessons.web.pages.room.hands import reply_to_hand
from lessons.web.pages.staff import classes, merge, people, reset
from lessons.web.pages.student import acts, checks, cluster, downloads, hands, lessons, my_work, notebooks, tokens

urlpatterns = [
    path("", join.home, name="home"),
    path("join/", join.join, name="join"),
    path("join/<str:code>/", join.join, name="join-class"),
    path("welcome/<slug:class_slug>/", join.joined, name="joined"),
    path("return/", join.come_back, name="return"),
    path("sign-in/", join.sign_in, name="sign-in"),
    path("sign-out/", join.sign_out, name="sign-out"),
    path("authoring/", authoring.state, name="authoring"),
    path("classes/", classes.own_classes, name="classes"),
    path("c/<slug:class_slug>/settings/", classes.settings, name="class-settings"),
    path("c/<slug:class_slug>/", lessons.lesson_list, name="lessons"),
    path("c/<slug:class_slug>/cluster/", cluster.my_cluster, name="cluster"),
    path("c/<slug:class_slug>/room/", room.class_room, name="room"),
    path("c/<slug:class_slug>/brokers/<int:broker_id>/<slug:verb>/", brokers.broker_act, name="broker-act"),
    path("c/<slug:class_slug>/room/names.json", feed.names, name="room-names"),
    path("c/<slug:class_slug>/room/join/", join_screen.join_screen, name="join-screen"),
    path("c/<slug:class_slug>/feed/", feed.class_feed, name="class-feed"),
    path("c/<slug:class_slug>/room/share/", feed.share, name="feed-share"),
    path("c/<slug:class_slug>/feed/projector/", feed.projector_names, name="projector-names"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/", lessons.lesson_page, name="lesson"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/acts/<int:index>/", acts.do, name="act"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/acts/<int:index>/code/", acts.code, name="act-code"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/check/<str:exercise_id>/", checks.check_now, name="check"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/notebook.ipynb", downloads.lesson, name="notebook"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/hand/", hands.hand, name="hand"),
    path(
        "c/<slug:class_slug>/seats/<str:seat_slug>/lessons/<slug:lesson_slug>/",
        seat_lesson.seat_lesson,
        name="seat-lesson",
    ),
    path("c/<slug:class_slug>/preview/<slug:lesson_slug>/", preview.preview, name="preview"),
    path("c/<slug:class_slug>/room/hands/<int:hand_id>/", reply_to_hand, name="hand-reply"),
    path("c/<slug:class_slug>/room/announcements/", announcements.send_announcement, name="announcement"),
    path(
        "c/<slug:class_slug>/room/announcements/<int:announcement_id>/remove/",
        announcements.remove_announcement,
        name="announcement-remove",
    ),
    path("c/<slug:class_slug>/notebook/", notebooks.original_notebook, name="original-notebook"),
    path("c/<slug:class_slug>/notebook/own/", notebooks.own_notebook, name="own-notebook"),
    path("c/<slug:class_slug>/notebooks/<slug:name>/save/", notebooks.save_notebook, name="notebook-save"),
    path("c/<slug:class_slug>/notebooks/<slug:name>/reset/", notebooks.reset_notebook, name="notebook-reset"),
    path("c/<slug:class_slug>/notebooks/<slug:name>.ipynb", notebooks.notebook_file, name="notebook-file"),
    path("c/<slug:class_slug>/session.ipynb", downloads.session, name="session"),
    path("c/<slug:class_slug>/people/", people.people, name="people"),
    path("c/<slug:class_slug>/people/door/", people.change_door, name="people-door"),
    path("c/<slug:class_slug>/people/staff/", people.invite_colleague, name="people-invite"),
    path("c/<slug:class_slug>/people/staff/<str:slug>/", people.change_colleague, name="people-staff"),
    path("c/<slug:class_slug>/people/<str:seat_slug>/", people.change_seat, name="people-seat"),
    path("c/<slug:class_slug>/seats/<str:seat_slug>/", seat_page, name="seat"),
    path("c/<slug:class_slug>/grading/", grading, name="grading"),
    path("c/<slug:class_slug>/grading/history/", history, name="history"),
    path("c/<slug:class_slug>/grading/re-check/", recheck_many, name="re-check"),
    path("c/<slug:class_slug>/grading/exercises/<str:exercise_id>/re-grade/", regrade, name="re-grade"),
    path("c/<slug:class_slug>/grading/<str:seat_slug>/<str:exercise_id>/", evidence, name="evidence"),
    path("c/<slug:class_slug>/grading/<str:seat_slug>/<str:exercise_id>/decide/", decide, name="decide"),
    path("c/<slug:class_slug>/people/<str:seat_slug>/merge/", merge.merge_seat, name="seat-merge"),
    path("c/<slug:class_slug>/people/<str:seat_slug>/reset/", reset.reset_seat, name="seat-reset"),
    path("c/<slug:class_slug>/reset/", reset.reset_class, name="class-reset"),
    path("c/<slug:class_slug>/session.sh", downloads.session_script, name="session-script"),
    path("c/<slug:class_slug>/exports/", exports, name="exports"),
    path("c/<slug:class_slug>/exports/canvas/", canvas, name="canvas"),
    path("c/<slug:class_slug>/exports/canvas.csv", canvas_file, name="canvas-file"),
    path("c/<slug:class_slug>/exports/ids/", school_ids.school_ids, name="school-ids"),
    path("c/<slug:class_slug>/exports/ids/roster/", school_ids.roster, name="roster"),
    path("c/<slug:class_slug>/exports/<str:name>", export, name="export"),
    path("c/<slug:class_slug>/my-work/", my_work.my_work, name="my-work"),
    path("c/<slug:class_slug>/my-work/card.jws", my_work.card, name="card"),
    path("c/<slug:class_slug>/my-work/key.json", my_work.card_key, name="card-key"),
    path("c/<slug:class_slug>/tokens/", tokens.tokens, name="tokens"),
    path("c/<slug:class_slug>/tokens/<int:token_id>/revoke/", tokens.revoke_token, name="token-revoke"),
]
