from django.urls import path

from lessons.views import acts, broadcasts, checks, cluster, downloads, hands, join, pages, people, room, seat_lesson

urlpatterns = [
    path("", join.home, name="home"),
    path("join/", join.join, name="join"),
    path("join/<str:code>/", join.join, name="join-class"),
    path("welcome/<slug:class_slug>/", join.joined, name="joined"),
    path("return/", join.come_back, name="return"),
    path("sign-in/", join.sign_in, name="sign-in"),
    path("sign-out/", join.sign_out, name="sign-out"),
    path("c/<slug:class_slug>/", pages.lesson_list, name="lessons"),
    path("c/<slug:class_slug>/cluster/", cluster.my_cluster, name="cluster"),
    path("c/<slug:class_slug>/room/", room.class_room, name="room"),
    path("c/<slug:class_slug>/room/names.json", room.names, name="room-names"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/", pages.lesson_page, name="lesson"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/acts/<int:index>/", acts.do, name="act"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/acts/<int:index>/code/", acts.code, name="act-code"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/check/<str:exercise_id>/", checks.look, name="check"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/notebook.ipynb", downloads.lesson, name="notebook"),
    path("c/<slug:class_slug>/lessons/<slug:lesson_slug>/hand/", hands.hand, name="hand"),
    path(
        "c/<slug:class_slug>/seats/<str:seat_slug>/lessons/<slug:lesson_slug>/",
        seat_lesson.seat_lesson,
        name="seat-lesson",
    ),
    path("c/<slug:class_slug>/hands/<int:hand_id>/", hands.answer_hand, name="hand-answer"),
    path("c/<slug:class_slug>/broadcasts/", broadcasts.say, name="broadcast"),
    path("c/<slug:class_slug>/broadcasts/<int:broadcast_id>/end/", broadcasts.end_broadcast, name="broadcast-end"),
    path("c/<slug:class_slug>/session.ipynb", downloads.session, name="session"),
    path("c/<slug:class_slug>/people/", people.people, name="people"),
    path("c/<slug:class_slug>/people/door/", people.change_door, name="people-door"),
    path("c/<slug:class_slug>/people/<str:seat_slug>/", people.change_seat, name="people-seat"),
    path("c/<slug:class_slug>/session.sh", downloads.session_script, name="session-script"),
]
