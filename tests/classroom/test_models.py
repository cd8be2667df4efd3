from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from lessons.classroom.access import get_member_by_personal_code
from lessons.classroom.models import Member
from lessons.classroom.people.seats import take_seat


def test_a_personal_code_has_ten_base32_characters_and_is_in_no_row(alice):
    assert len(alice.personal_code) == 10
    assert set(alice.personal_code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    row = Member.objects.filter(pk=alice.pk).values().get()
    assert alice.personal_code not in map(str, row.values())


def test_a_personal_code_finds_its_member_however_it_is_typed(alice):
    typed = f" {alice.personal_code[:5].lower()}-{alice.personal_code[5:]} "
    assert get_member_by_personal_code(typed) == alice


def test_a_new_generation_of_the_code_ends_the_old_one(alice):
    old = alice.personal_code
    alice.code_generation += 1
    alice.save()
    assert get_member_by_personal_code(old) is None
    assert get_member_by_personal_code(alice.personal_code) == alice


def test_two_people_of_one_name_have_two_slugs(classroom):
    second = take_seat(classroom.klass, "Alice")
    assert second.slug != classroom.alice.slug
    assert second.namespace.prefix != classroom.alice.namespace.prefix


def test_a_slug_stands_once_in_a_class(classroom):
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(klass=classroom.klass, user=classroom.charlie.user, name="x", slug=classroom.alice.slug)


def test_a_slug_holds_nothing_that_kafka_confuses(classroom):
    """`a.b` collides with `a_b` in Kafka, so neither dot nor underscore may stand in it."""
    for member in Member.objects.all():
        assert member.slug.isalnum()
        assert len(member.slug) == 4
