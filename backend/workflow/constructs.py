"""What a diagram may hold, one by one: what each thing is called, what it does and what it needs.

The catalogue page shows it, and a test holds it against what the checker accepts and what the random walks run.
What is not offered is said in `bpmn.NOT_OFFERED`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from backend.workflow.bpmn import Element, Repeat

TIMER, MESSAGE, SIGNAL, ESCALATION, ERROR, TERMINATE = "timer", "message", "signal", "escalation", "error", "terminate"


@dataclass(frozen=True)
class Construct:
    """One thing that can be drawn. `kind` is BPMN's element ("" for a mark on an activity), `event` what it waits for or tells;
    `beside` is one that does not end what it happens in."""

    group: str
    kind: str
    name: str
    bpmn: str
    does: str
    needs: str = ""
    event: str = ""
    beside: bool = False
    repeat: Repeat | None = None

    @property
    def sample(self) -> Element:
        """One without a name, as it is drawn."""
        return Element("", "", self.kind or "userTask", "", "", 0, event=self.event, interrupting=not self.beside, repeat=self.repeat)


_STEPS, _WAYS, _WAITS, _TELLS, _EDGES, _GROUPS, _WHENEVER, _ENDS, _OFTEN = (
    "Steps", "Ways", "Waiting", "Telling", "On the edge of a step", "Groups of steps", "At any time: if this happens, do this",
    "Start and end", "How often a step happens",
)  # fmt: skip
_SIGNAL = "The signal’s name."

_FLOWING = (
    Construct(_STEPS, "userTask", "A task for a person", "User task", "Somebody answers a form; the case waits until they have.", "A name, a role, a form, and a promise or a due time."),
    Construct(_STEPS, "manualTask", "Something done away from the screen", "Manual task", "Somebody does it, then says that it is done.", "A name, a role, a form, and a promise or a due time."),
    Construct(_STEPS, "serviceTask", "Something the system does", "Service task", "The system does it at once, such as making a letter.", "An operation and what it asks for."),
    Construct(_STEPS, "sendTask", "Something the system sends", "Send task", "The same as something the system does, drawn as an envelope.", "An operation and what it asks for."),
    Construct(_STEPS, "businessRuleTask", "A table decides", "Business rule task", "Looks facts up in a decision table and sets the facts that it gives.", "A decision table."),
    Construct(_STEPS, "receiveTask", "A step that waits for something to arrive", "Receive task", "The case waits here until it gets the message.", "The message.", MESSAGE),
    Construct(_STEPS, "callActivity", "Another diagram", "Call activity", "Runs another diagram from its start to its end.", "The diagram."),
    Construct(_WAYS, "exclusiveGateway", "A decision", "Exclusive gateway", "Takes the first way whose condition holds; ways also meet again in one.", "A condition on each way but one, which is the “otherwise” way."),
    Construct(_WAYS, "inclusiveGateway", "One or more of these", "Inclusive gateway", "Takes every way whose condition holds; a second one waits for those that were taken.", "A condition on each way but one, which is the “otherwise” way."),
    Construct(_WAYS, "parallelGateway", "Side by side: do all of these", "Parallel gateway", "Takes every way at once; a second one waits for all of them.", "No conditions."),
    Construct(_WAYS, "eventBasedGateway", "Whichever comes first", "Event-based gateway", "Waits for several things; the first to happen takes its way and the others no longer count.", "At least two waits straight after it, and no conditions."),
    Construct(_WAITS, "intermediateCatchEvent", "Wait for something to happen", "Intermediate message catch event", "The case waits here until it gets the message.", "The message.", MESSAGE),
    Construct(_WAITS, "intermediateCatchEvent", "Wait until a date", "Intermediate timer catch event", "The case waits here until then.", "When, counted from a fact: for example days(28, since=opened_at).", TIMER),
    Construct(_WAITS, "intermediateCatchEvent", "Wait for a signal", "Intermediate signal catch event", "The case waits here until another part of it gives the signal.", _SIGNAL, SIGNAL),
    Construct(_TELLS, "intermediateThrowEvent", "Mark a point", "Intermediate none throw event", "Does nothing but stand in the history: a point that the case has passed."),
    Construct(_TELLS, "intermediateThrowEvent", "Give a signal", "Intermediate signal throw event", "Everything in the case that waits for the signal goes on.", f"{_SIGNAL} Something must wait for it.", SIGNAL),
    Construct(_TELLS, "intermediateThrowEvent", "Raise something to the group around", "Intermediate escalation throw event", "Tells the group or diagram around it, and goes on.", "Its name, and something around it that deals with it.", ESCALATION),
    Construct(_GROUPS, "subProcess", "A group of steps", "Sub-process", "Steps with a start and an end of their own; the case goes on when all of them are done.", "A start and an end inside it."),
    Construct(_GROUPS, "adHocSubProcess", "Toolbox: pick in any order", "Ad-hoc sub-process", "Offers its steps to officers, who start them in any order and as often as they are needed.", "When it is finished, and for whom each tool is."),
    Construct(_ENDS, "startEvent", "Start", "None start event", "Where a diagram or a group begins.", "One in each."),
    Construct(_ENDS, "endEvent", "End", "None end event", "This way is over; the diagram or group is over when all of its ways are."),
    Construct(_ENDS, "endEvent", "End everything at once", "Terminate end event", "Ends the diagram or group, and whatever else in it is still open.", event=TERMINATE),
    Construct(_ENDS, "endEvent", "End and give a signal", "Signal end event", "Gives the signal and ends this way.", f"{_SIGNAL} Something must wait for it.", SIGNAL),
    Construct(_ENDS, "endEvent", "End and raise something", "Escalation end event", "Tells the group or diagram around it and ends this way.", "Its name, and something around it that deals with it.", ESCALATION),
    Construct(_ENDS, "endEvent", "End because something failed", "Error end event", "Ends the group or diagram around it, up to where the error is dealt with.", "Its name, and something around it that deals with it.", ERROR),
)  # fmt: skip

_ON_EDGE = (
    Construct(_EDGES, "boundaryEvent", "A time limit on a step", "Timer boundary event", "At that time, if the step is still open", "When, counted from a fact.", TIMER),
    Construct(_EDGES, "boundaryEvent", "Something that may happen during a step", "Message boundary event", "When the case gets the message while the step is open", "The message.", MESSAGE),
    Construct(_EDGES, "boundaryEvent", "A signal during a step", "Signal boundary event", "When the signal is given while the step is open", _SIGNAL, SIGNAL),
    Construct(_EDGES, "boundaryEvent", "Something raised inside a group", "Escalation boundary event", "When something inside raises it", "A group, toolbox or called diagram; its name, or none for any.", ESCALATION),
)  # fmt: skip

_BEGINNING = (
    Construct(_WHENEVER, "startEvent", "If something happens", "Event sub-process with a message start", "When the case gets the message", "The message.", MESSAGE),
    Construct(_WHENEVER, "startEvent", "If a time comes", "Event sub-process with a timer start", "At that time", "When, counted from a fact.", TIMER),
    Construct(_WHENEVER, "startEvent", "If a signal is given", "Event sub-process with a signal start", "When the signal is given", _SIGNAL, SIGNAL),
    Construct(_WHENEVER, "startEvent", "If something inside is raised", "Event sub-process with an escalation start", "When a step around it raises it", "Its name, or none for any.", ESCALATION),
)  # fmt: skip

_ERRORS = (
    Construct(_EDGES, "boundaryEvent", "A failure inside a group", "Error boundary event", "When something inside fails, the group ends and the case takes this way.", "A group, toolbox or called diagram; its name, or none for any.", ERROR),
    Construct(_WHENEVER, "startEvent", "If something inside fails", "Event sub-process with an error start", "When a step around it fails, everything else around it ends and these steps begin.", "Its name, or none for any.", ERROR),
)  # fmt: skip

_REPEATING = (
    Construct(_OFTEN, "", "Several times, side by side", "Parallel multi-instance", "All of its rounds are open at once.", "How many times, or for each of whom; perhaps when to stop early.", repeat=Repeat(count="3")),
    Construct(_OFTEN, "", "Several times, one after the other", "Sequential multi-instance", "Each round opens when the one before is done.", "How many times, or for each of whom; perhaps when to stop early.", repeat=Repeat(count="3", in_turn=True)),
    Construct(_OFTEN, "", "Once for each person", "Multi-instance with a group of people", "One round for each person of the group who is in the case.", "The group of people.", repeat=Repeat(each="x")),
    Construct(_OFTEN, "", "Again while something holds", "Standard loop", "Begins again for as long as the condition holds.", "The condition, or the most rounds.", repeat=Repeat(loop=True)),
)  # fmt: skip


def _both(drawn: Construct, ends: str, begins: str, beside: str) -> Iterator[Construct]:
    """One that ends what it happens in, and one that goes on beside it."""
    yield replace(
        drawn, name=f"{drawn.name}: {ends} ends", does=f"{drawn.does}, {ends} ends and {begins}.", bpmn=f"{drawn.bpmn}, interrupting"
    )
    yield replace(drawn, does=f"{drawn.does}, {begins} beside {beside}.", bpmn=f"{drawn.bpmn}, non-interrupting", beside=True)


CONSTRUCTS: tuple[Construct, ...] = (
    *_FLOWING,
    *(one for drawn in _ON_EDGE for one in _both(drawn, "the step", "the case takes this way", "the step")),
    *(one for drawn in _BEGINNING for one in _both(drawn, "everything else", "these steps begin", "everything else")),
    *_ERRORS,
    *_REPEATING,
)  # fmt: skip
GROUPS: tuple[str, ...] = tuple(dict.fromkeys((_STEPS, _WAYS, _OFTEN, _WAITS, _EDGES, _TELLS, _GROUPS, _WHENEVER, _ENDS)))
