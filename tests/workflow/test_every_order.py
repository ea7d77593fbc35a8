"""Each element that the editor offers, wherever it may stand and in every order: no step doubled, none missing."""

from __future__ import annotations

import pytest

from tests.workflow.walks.orders import CONSTRUCTS, CONTEXTS, Orders

#: Situations looked at in the ordinary run; the long one looks at all of them.
FEW, ALL = 60, 20_000


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_construct_does_what_the_model_says_wherever_it_stands(construct: str) -> None:
    for context in CONTEXTS:
        Orders(construct, context).explore(FEW)


@pytest.mark.long
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_construct_does_what_the_model_says_in_every_order(construct: str) -> None:
    for context in CONTEXTS:
        orders = Orders(construct, context)
        assert orders.explore(ALL) and orders.ends, f"{orders.name}: {orders.situations} situations, {orders.ends} ends"
