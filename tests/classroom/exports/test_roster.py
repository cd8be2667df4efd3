from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lessons.classroom.exports.roster import match, read_roster
from lessons.classroom.models import Change
from tests.classroom.exports.exported import called

pytestmark = pytest.mark.django_db

ROSTER = (
    "First name,Last name,ID number,Email address\n"
    "Alice,Adams,7,alice@example.org\nBo,Brown,8,bo@example.org\nCora,Cole,9,cora@example.org\n"
)


def ids_page(classroom, name: str = "school-ids") -> str:
    return reverse(name, args=[classroom.klass.slug])


def test_a_list_of_participants_suggests_ids_and_the_rest_is_chosen_by_hand(classroom, greta):
    called(classroom.alice, "Alice Adams")
    called(classroom.bob, "Bobby")
    page = greta.post(ids_page(classroom, "roster"), {"file": SimpleUploadedFile("people.csv", ROSTER.encode())})
    text = page.content.decode()
    assert [seat.name for seat, *_ in page.context["rows"]] == ["Bobby", "Alice Adams"]
    assert "Brown, Bo · bo@example.org" in text
    assert 'value="alice@example.org"' in text
    assert not Change.objects.exists()
    chosen = {f"id-{classroom.alice.slug}": "alice@example.org", f"id-{classroom.bob.slug}": "bo@example.org"}
    assert "Saved: 2 ids." in greta.post(ids_page(classroom), chosen, follow=True).content.decode()
    assert "No changes." in greta.post(ids_page(classroom), chosen, follow=True).content.decode()
    assert match([*classroom.klass.members.filter(role="student")], read_roster(ROSTER.encode())).by_name == {}


def test_what_came_of_a_roster_is_still_there_after_a_save_that_was_refused(classroom, greta):
    called(classroom.alice, "Alice Adams")
    called(classroom.bob, "Bobby")
    page = greta.post(ids_page(classroom, "roster"), {"file": SimpleUploadedFile("people.csv", ROSTER.encode())})
    alice, bob = f"id-{classroom.alice.slug}", f"id-{classroom.bob.slug}"
    twice = {"roster": page.context["roster"], alice: "cora@example.org", bob: "cora@example.org"}
    refused = greta.post(ids_page(classroom), twice)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "Brown, Bo · bo@example.org" in text
    assert '<option value="cora@example.org" selected>' in text
    assert "In the file, but not found here" in text
    right = {"roster": refused.context["roster"], alice: "alice@example.org", bob: "cora@example.org"}
    assert "Saved: 2 ids." in greta.post(ids_page(classroom), right, follow=True).content.decode()


@pytest.mark.parametrize("roster", ["", "forged", "forged:by:nobody"])
def test_without_its_roster_a_form_is_saved_all_the_same(classroom, greta, roster):
    sent = {"roster": roster, f"id-{classroom.alice.slug}": "7"}
    assert "Saved: 1 id." in greta.post(ids_page(classroom), sent, follow=True).content.decode()


def test_two_seats_may_swap_their_ids_and_never_have_one_together(classroom, greta):
    called(classroom.alice, "Alice", "1")
    called(classroom.bob, "Bob", "2")
    alice, bob = f"id-{classroom.alice.slug}", f"id-{classroom.bob.slug}"
    for refused in ({alice: "2"}, {alice: "3", bob: "3"}, {alice: "a\u202eb"}):
        answer = greta.post(ids_page(classroom), refused)
        assert (answer.status_code, "Nothing was saved" in answer.content.decode()) == (422, True)
    assert not Change.objects.exists()
    assert greta.post(ids_page(classroom), {alice: "2", bob: "1"}).status_code == 302
    assert dict(classroom.klass.members.exclude(external_id="").values_list("name", "external_id")) == {
        "Alice": "2", "Bob": "1"
    }  # fmt: skip
