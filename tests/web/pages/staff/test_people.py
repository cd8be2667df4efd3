from __future__ import annotations

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from lessons.classroom.models import Attempt, Change, Class, Member, Role
from lessons.classroom.people.seats import take_seat
from tests.signing_in import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(classroom) -> Client:
    return browser_of(classroom.ines)


def door(client: Client, klass: Class, do: str):
    return client.post(reverse("people-door", args=[klass.slug]), {"do": do})


def seat(client: Client, member: Member, do: str, **more: str):
    return client.post(reverse("people-seat", args=[member.klass.slug, member.slug]), {"do": do, **more})


def join(klass: Class, name: str):
    klass.refresh_from_db()
    return Client().post(reverse("join"), {"code": klass.join_code, "name": name})


def page(client: Client, klass: Class, query: str = "") -> str:
    return client.get(reverse("people", args=[klass.slug]) + query).content.decode()


def test_a_closed_door_gives_no_new_seat_and_says_so_and_an_open_one_does(classroom, ines):
    klass = classroom.klass
    door(ines, klass, "close")
    turned_away = join(klass, "Dora")
    assert turned_away.status_code == 403
    assert "This class is closed to new students" in turned_away.content.decode()
    assert not klass.members.filter(name="Dora").exists()
    door(ines, klass, "open")
    assert join(klass, "Dora").status_code == 302


def test_through_a_closed_door_a_personal_code_still_brings_its_owner_back(classroom, ines):
    door(ines, classroom.klass, "close")
    came_back = Client().post(reverse("return"), {"personal_code": classroom.alice.personal_code})
    assert came_back.url == reverse("lessons", args=[classroom.klass.slug])


def test_after_the_code_was_changed_the_old_one_opens_nothing(classroom, ines):
    old = classroom.klass.join_code
    door(ines, classroom.klass, "new-code")
    assert Client().post(reverse("join"), {"code": old, "name": "Dora"}).status_code == 422
    assert join(classroom.klass, "Dora").status_code == 302


def test_who_is_removed_cannot_come_back_with_a_class_code_that_was_changed_along(classroom, ines):
    klass, old = classroom.klass, classroom.klass.join_code
    assert 'value="remove-and-change-code"' in page(ines, klass)
    seat(ines, classroom.alice, "remove")
    klass.refresh_from_db()
    assert klass.join_code == old
    assert seat(ines, classroom.bob, "remove-and-change-code").status_code == 302
    assert Client().post(reverse("join"), {"code": old, "name": "Bob again"}).status_code == 422
    assert join(klass, "Dora").status_code == 302
    assert not klass.members.filter(name__in=["Alice", "Bob"], removed_at=None).exists()
    assert list(Change.objects.values_list("kind", flat=True)) == ["remove", "remove", "class-code"]


def test_a_seat_gets_another_name_and_an_empty_one_is_refused_in_words(classroom, ines):
    assert seat(ines, classroom.alice, "rename", name="  Alice   Adams ").status_code == 302
    classroom.alice.refresh_from_db()
    assert classroom.alice.name == "Alice Adams"
    refused = seat(ines, classroom.alice, "rename", name=" - ")
    assert refused.status_code == 422
    assert "A name needs at least one letter or digit." in refused.content.decode()


def test_a_new_personal_code_is_shown_on_request_and_ends_the_old_one(classroom, ines):
    old = classroom.alice.personal_code
    answer = seat(ines, classroom.alice, "new-code")
    new = Member.objects.get(pk=classroom.alice.pk).personal_code
    assert new != old
    assert new not in answer.url
    assert new in ines.get(answer.url).content.decode()
    assert new not in page(ines, classroom.klass)
    assert Client().post(reverse("return"), {"personal_code": old}).status_code == 422
    assert Client().post(reverse("return"), {"personal_code": new}).status_code == 302


def test_who_came_in_by_the_old_personal_code_is_out_when_there_is_a_new_one(classroom, ines):
    browser, room = Client(), reverse("lessons", args=[classroom.klass.slug])
    browser.post(reverse("return"), {"personal_code": classroom.alice.personal_code})
    assert browser.get(room).status_code == 200
    seat(ines, classroom.alice, "new-code")
    assert browser.get(room).status_code == 404
    browser.post(reverse("return"), {"personal_code": Member.objects.get(pk=classroom.alice.pk).personal_code})
    assert browser.get(room).status_code == 200


def test_an_instructor_removes_who_else_teaches_or_grades_and_restores_them_but_nobody_themselves(classroom, ines):
    greta, room = Client(), reverse("grading", args=[classroom.klass.slug])
    greta.force_login(classroom.greta.user, backend="django.contrib.auth.backends.ModelBackend")

    def say(member: Member, do: str) -> int:
        return ines.post(reverse("people-staff", args=[classroom.klass.slug, member.slug]), {"do": do}).status_code

    assert (greta.get(room).status_code, say(classroom.greta, "remove"), greta.get(room).status_code) == (200, 302, 404)
    assert "Grader, removed" in page(ines, classroom.klass)
    assert (say(classroom.greta, "restore"), greta.get(room).status_code) == (302, 404)
    assert "Grader, removed" not in page(ines, classroom.klass)
    assert list(Change.objects.values_list("kind", "seat")) == [
        ("remove", classroom.greta.pk), ("restore", classroom.greta.pk)
    ]  # fmt: skip
    assert [say(classroom.ines, "remove"), say(classroom.alice, "remove"), say(classroom.greta, "promote")] == [404] * 3


def invited(client: Client, klass: Class, name: str, role: str = "grader"):
    return client.post(reverse("people-invite", args=[klass.slug]), {"name": name, "role": role})


def staff_do(client: Client, member: Member, do: str):
    return client.post(reverse("people-staff", args=[member.klass.slug, member.slug]), {"do": do})


def link_in(answer) -> str:
    """The link's token."""
    found = re.search(r'<code id="new-link">https?://[^<]*/sign-in/\?link=([^<]+)</code>', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def use(link: str) -> Client | None:
    """The browser that the link signed in; None if it signs in nobody."""
    browser = Client()
    return browser if browser.post(reverse("sign-in"), {"link": link}).status_code == 302 else None


def test_a_member_of_staff_who_is_called_like_the_role_is_named_once(classroom, ines):
    take_seat(classroom.klass, "Grader", role=Role.GRADER)
    lines = re.findall(r'<p class="who-line">(.*?)</p>', page(ines, classroom.klass).partition('id="staff-title"')[2])
    told = {re.sub("<[^>]*>", "", line).strip() for line in lines}
    assert told == {"Grader", "Greta Grader", "Ines Instructor, you"}


def test_somebody_is_invited_by_a_link_that_is_shown_once_and_signs_in_once(classroom, ines):
    answer = invited(ines, classroom.klass, " Gustav  Grau ")
    link = link_in(answer)
    assert answer.status_code == 201
    assert "signs in <bdi>Gustav Grau</bdi> once, until" in " ".join(answer.content.decode().split())
    assert link not in page(ines, classroom.klass)
    browser = use(link)
    assert browser.get(reverse("grading", args=[classroom.klass.slug])).status_code == 200
    assert browser.get(reverse("people", args=[classroom.klass.slug])).status_code == 404
    assert use(link) is None
    assert list(Change.objects.values_list("kind", "data")) == [("invite", {"role": "grader"}), ("sign-in-link", {})]
    again = invited(ines, classroom.klass, "Gustav Grau", "instructor")
    assert (again.status_code, "is already among the staff" in again.content.decode()) == (422, True)


def test_whoever_is_removed_from_the_staff_is_not_brought_back_by_an_old_link_code_or_browser(classroom, ines):
    first = link_in(invited(ines, classroom.klass, "Gustav"))
    gustav = classroom.klass.members.get(name="Gustav")
    grading = reverse("grading", args=[classroom.klass.slug])
    browser, unused = use(first), link_in(staff_do(ines, gustav, "link"))
    code = gustav.personal_code
    staff_do(ines, gustav, "remove")
    assert (browser.get(grading).status_code, use(unused)) == (404, None)
    staff_do(ines, gustav, "restore")
    assert (browser.get(grading).status_code, use(unused)) == (404, None)
    assert Client().post(reverse("return"), {"personal_code": code}).status_code == 422
    assert use(link_in(staff_do(ines, gustav, "link"))).get(grading).status_code == 200


def test_a_colleagues_link_opens_this_class_and_no_other_class_of_theirs(classroom, ines):
    elsewhere = take_seat(classroom.charlie.klass, "Greta", user=classroom.greta.user, role=Role.GRADER)
    browser = use(link_in(staff_do(ines, classroom.greta, "link")))
    assert browser.get(reverse("grading", args=[classroom.klass.slug])).status_code == 200
    assert browser.get(reverse("grading", args=[elsewhere.klass.slug])).status_code == 404


def test_the_last_instructor_stays_and_others_leave_once_they_were_told_what_it_means(classroom, ines):
    assert "You are the only instructor of this class." in page(ines, classroom.klass)
    refused = staff_do(ines, classroom.ines, "leave")
    assert (refused.status_code, "Invite another one first." in refused.content.decode()) == (409, True)
    irma = use(link_in(invited(ines, classroom.klass, "Irma", "instructor")))
    assert "only another instructor can restore you" in page(ines, classroom.klass)
    assert staff_do(ines, classroom.ines, "leave").url == reverse("home")
    assert ines.get(reverse("people", args=[classroom.klass.slug])).status_code == 404
    assert "You are the only instructor of this class." in page(irma, classroom.klass)
    [ines_again] = classroom.klass.members.filter(name="Ines")
    assert [staff_do(irma, ines_again, do).status_code for do in ("link", "leave")] == [404, 404]
    assert (
        "invited this person as instructor"
        in irma.get(reverse("history", args=[classroom.klass.slug])).content.decode()
    )


def test_the_code_that_a_student_keeps_is_shown_to_nobody_else(classroom, ines):
    asked = ines.get(reverse("people", args=[classroom.klass.slug]) + f"?code_of={classroom.alice.slug}")
    assert asked.status_code == 404
    assert classroom.alice.personal_code not in asked.content.decode()


def test_a_new_personal_code_opens_this_class_and_no_other_class_of_the_same_person(classroom, ines):
    alice = classroom.alice
    elsewhere = take_seat(classroom.charlie.klass, "Alice", user=alice.user)
    seat(ines, alice, "new-code")
    browser = Client()
    browser.post(reverse("return"), {"personal_code": Member.objects.get(pk=alice.pk).personal_code})
    assert browser.get(reverse("joined", args=[classroom.klass.slug])).status_code == 200
    assert browser.get(reverse("joined", args=[elsewhere.klass.slug])).status_code == 404


def test_a_seat_gets_its_number_of_the_schools_system_letter_for_letter_and_no_two_have_one(classroom, ines):
    assert seat(ines, classroom.alice, "external-id", external_id=" Alice@School.example ").status_code == 302
    classroom.alice.refresh_from_db()
    assert classroom.alice.external_id == "Alice@School.example"
    assert "Alice@School.example" in page(ines, classroom.klass)
    refused = seat(ines, classroom.bob, "external-id", external_id="Alice@School.example")
    assert refused.status_code == 422
    assert "has it already" in refused.content.decode()
    assert Change.objects.get(kind="external-id").data == {"before": "", "after": "Alice@School.example"}


def test_whoever_is_removed_reaches_nothing_and_the_record_stays_until_they_are_let_in_again(classroom, ines):
    alice, klass = classroom.alice, classroom.klass
    Attempt.objects.create(member=alice, exercise="an.exercise", state=Attempt.State.DONE, check_hash="0" * 64)
    browser = browser_of(alice)
    lessons = reverse("lessons", args=[klass.slug])
    seat(ines, alice, "remove")
    assert browser.get(lessons).status_code == 404
    assert browser.get(reverse("home")).url == reverse("join")
    assert Client().post(reverse("return"), {"personal_code": alice.personal_code}).status_code == 422
    assert alice.attempts.count() == 1
    seat(ines, alice, "restore")
    assert browser.get(lessons).status_code == 200


def test_the_browser_of_somebody_who_was_removed_gives_another_one_a_seat_and_never_the_old_one(classroom, ines):
    browser = browser_of(classroom.alice)
    seat(ines, classroom.alice, "remove")
    browser.post(reverse("join"), {"code": classroom.klass.join_code, "name": "Dora"})
    new = classroom.klass.members.get(name="Dora", removed_at=None)
    assert new.slug != classroom.alice.slug
    assert new.user != classroom.alice.user


def test_every_change_is_kept_with_who_and_when_and_without_any_code(classroom, ines):
    seat(ines, classroom.alice, "rename", name="Ada")
    seat(ines, classroom.alice, "new-code")
    door(ines, classroom.klass, "new-code")
    kept = list(classroom.klass.changes.order_by("id").values_list("kind", "by", "seat", "data"))
    ines_pk, alice_pk = classroom.ines.pk, classroom.alice.pk
    assert kept == [
        ("rename", ines_pk, alice_pk, {"before": "Alice", "after": "Ada"}),
        ("personal-code", ines_pk, alice_pk, {}),
        ("class-code", ines_pk, None, {}),
    ]


def test_a_change_is_never_edited_and_never_deleted(classroom, ines):
    door(ines, classroom.klass, "close")
    change = Change.objects.get()
    with pytest.raises(TypeError, match="never edited"):
        change.save()
    with pytest.raises(TypeError, match="never deleted"):
        change.delete()


def test_names_on_the_page_are_text_whatever_is_in_them(classroom, ines):
    Member.objects.filter(pk=classroom.alice.pk).update(name="<script>alert(1)</script>\u202e🦆")
    shown = page(ines, classroom.klass)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_invite_prints_a_link_that_signs_in_once_as_what_was_asked_for(classroom):
    said = io.StringIO()
    call_command("invite", "--class", classroom.klass.slug, "--role", "grader", "--name", "Gustav", stdout=said)
    link, browser = said.getvalue().strip(), Client()
    assert browser.post(reverse("sign-in"), {"link": link.partition("link=")[2]}).url == reverse("home")
    assert browser.get(reverse("lessons", args=[classroom.klass.slug])).status_code == 200
    assert classroom.klass.members.get(name="Gustav").role == Role.GRADER
    assert Client().post(reverse("sign-in"), {"link": link.partition("link=")[2]}).status_code == 422


def test_a_newer_link_ends_the_earlier_ones_and_signs_nobody_out(classroom):
    def invite() -> str:
        said = io.StringIO()
        call_command("invite", "--class", classroom.klass.slug, "--role", "grader", "--name", "Gustav", stdout=said)
        return said.getvalue().partition("link=")[2].strip()

    signed_in = Client()
    signed_in.post(reverse("sign-in"), {"link": invite()})
    earlier, newest = invite(), invite()
    assert Client().post(reverse("sign-in"), {"link": earlier}).status_code == 422
    assert Client().post(reverse("sign-in"), {"link": newest}).url == reverse("home")
    assert signed_in.get(reverse("lessons", args=[classroom.klass.slug])).status_code == 200


def test_invite_names_the_classes_when_there_is_none_of_that_name(classroom):
    with pytest.raises(CommandError, match=classroom.klass.slug):
        call_command("invite", "--class", "nothing", "--role", "grader", "--name", "Gustav")
