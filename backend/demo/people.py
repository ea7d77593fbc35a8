"""Invented people and happenings for the demo. No real person is meant."""

from __future__ import annotations

from dataclasses import dataclass

NAMES = (
    "Marian Webb", "Joe Fry", "Samira Begum", "Agnieszka Nowak", "Peter Lund", "Grace Okafor", "Liam Byrne", "Doreen Pask", "Yusuf Demir",
    "Carol Whitmore", "Ben Asher", "Ioana Popescu", "Mavis Todd", "Kofi Mensah", "Ellen Sharp", "Rashid Ali", "Tracy Holm", "Wei Chen",
)  # fmt: skip
RESPONDENTS = ("Dean Stock", "Lee Marsh", "Kyle Dent", "Shannon Pike", "Barry Cole", "Jodie Flint", "Craig Noon", "Stacey Holt")


@dataclass(frozen=True)
class Happening:
    """What is reported, and how it is triaged. An empty category means that it is not anti-social behaviour."""

    category: str
    harm: str
    what: str


#: What staff write in answer to a question, by its key. Several of these stand in letters.
WRITTEN = {
    "what_they_said": "It happens three or four times a week, mostly after eleven at night. They have kept notes for a month.",
    "hopes": "They want it to stop, without a fuss.",
    "we_will": "We will speak to the person complained about by Friday.\nWe will ask the caretaker to keep a note.",
    "they_will": "Keep a diary with days and times.\nCall 101 if there are threats.",
    "what": "There was loud music and shouting after midnight.",
    "changes": "Keep the noise down after eleven at night.\nAsk visitors to leave quietly.",
    "clause": "play loud music after eleven at night",
    "number": "3.4", "words": "You must not cause a nuisance to anybody who lives near you.",
    "noticed": "Music was heard in the street after midnight on three nights last week.",
    "advice": "Keep doors and windows shut after eleven at night.\nTell your neighbours before a party.",
    "support": "We offered a referral for help with drinking, which they said they would think about.",
    "extension_reasons": "Loud music went on after two warnings in the first year.",
    "aim": "To protect the neighbours’ homes and sleep.", "connected": "An order would stop the noise, or move it away.",
    "less": "Two warnings, a contract and mediation were tried. Each worked for a few days.",
    "balance": "Yes: the harm to three households goes on, and the effect can be softened with support.",
    "characteristics": "A health condition that they told us about in May.",
    "arising": "We asked their doctor. We have offered a longer time and an advocate.",
    "disclosure_why": "To decide whether a warning is enough.", "neighbour_contact": "Their housing officer",
    "safe_now": "They stay with family until the lock is changed.",
    "review_heard": "The tenant said that friends made the noise and have been told not to come.",
    "review_reasons": "The noise has gone on since, and the diary is clear about where it came from.",
    "difficulties": "Rent is behind by six weeks and the flat is cold and damp.",
    "tenant_will": "Meet the support worker every week.\nPay the rent on the day it is due.",
    "landlord_will": "Look at the damp within two weeks.\nHelp with the claim for benefits.",
    "place": "At our office, or by telephone",
    "actions": "We spoke to the person you told us about and wrote to them.\nWe checked with you every two weeks.",
    "reasons": "There have been no new reports for six weeks.\nYou told us that things are better.",
    "views": "Both reporters say that it has been quiet and are content to close.",
    "reason": "Two warnings and mediation have changed nothing, and the reporter is afraid.",
    "why": "It is the fair and proportionate step on what we know today.",
    "told": "We told them about the visit and what we do next.",
    "said": "The person was calm, accepts some of it, and asked for help with drinking.",
    "service": "Riverside Support and Mediation",
    "service_does": "They listen to both sides and help them to agree.",
    "service_next": "They will call you within a week.",
    "visit_place": "At your home",
    "visit_about": "We would like to talk about noise late at night.",
    "neighbour_promises": "We keep music low after ten at night.\nWe tell each other before a party.",
    "guardian_name": "", "partner_name": "",
}  # fmt: skip
HAPPENINGS = (
    Happening("NOI", "distress", "Loud music most nights until two or three in the morning. I can hear every word through the wall."),
    Happening(
        "DRU", "violence", "People come and go at all hours to buy drugs. A man threatened me on the stairs when I asked him to leave."
    ),
    Happening("HAR", "fear", "He shouts at me whenever I leave the flat and follows me to the bus stop."),
    Happening("PET", "annoyance", "The dog is left alone all day and barks without stopping. It fouls the shared garden."),
    Happening("RUB", "annoyance", "Bags of rubbish and a mattress have been dumped behind the garages again."),
    Happening("VAN", "distress", "The lobby door has been kicked in twice and the lights are smashed."),
    Happening("HAT", "fear", "Words about my religion were painted on my door, and eggs thrown at my windows."),
    Happening("", "", "Children play football on the green after school and shout to each other."),
    Happening("VEH", "annoyance", "Motorbikes are ridden across the playing field every evening."),
    Happening("NOI", "distress", "Shouting, banging and doors slamming from upstairs every weekend."),
    Happening("", "", "The neighbour mows the lawn on Sunday mornings."),
    Happening("ALC", "distress", "Groups drink in the stairwell and leave broken glass where the children play."),
)
