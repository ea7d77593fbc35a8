"""Addresses that the post can deliver."""

import pytest

from letters import address_block, address_problems, postcode

GOOD = ("Flat 3", "27 Mill Lane", "Leicester", "le27ab")


@pytest.mark.parametrize(("given", "shape"), [("le27ab", "LE2 7AB"), ("EC1A  1BB", "EC1A 1BB"), (" m1 1ae ", "M1 1AE")])
def test_a_postcode_gets_capitals_and_one_space(given: str, shape: str) -> None:
    assert postcode(given) == shape


@pytest.mark.parametrize("given", ["XX1 1AA", "LE2 7CC", "LE27A", "12345", "", "LE2 7AB extra"])
def test_what_is_not_a_postcode_is_not_made_one(given: str) -> None:
    assert postcode(given) is None


def test_the_block_has_post_town_and_postcode_in_capitals_and_no_stray_commas() -> None:
    block = address_block("Ms Amina Begum", ("Flat 3, ", "", "27 Mill Lane,", "Leicester.", "le27ab"))
    assert block == ("Ms Amina Begum", "Flat 3", "27 Mill Lane", "LEICESTER", "LE2 7AB")
    assert address_problems("Ms Amina Begum", GOOD) == ()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "empty"),
        (("27 Mill Lane", "Leicester"), "has no postcode. Add it on the person's page."),
        (("27 Mill Lane", "Leicester", "XX1 1AA"), "XX1 1AA is not a UK postcode"),
        (("Leicester", "LE2 7AB"), "fewer than three lines"),
        (("a", "b", "c", "d", "e", "f", "LE2 7AB"), "more than seven lines"),
        (("No fixed abode", "Leicester", "LE2 7AB"), "no fixed address"),
        (("27 Mill Lane", "(rear)", "LE2 7AB"), "starts with ("),
        (("---", "Leicester", "LE2 7AB"), "need a letter or a number"),
    ],
)
def test_an_address_that_cannot_be_posted_to_says_why(lines: tuple[str, ...], said: str) -> None:
    assert said in " ".join(address_problems("Ms Amina Begum", lines))
