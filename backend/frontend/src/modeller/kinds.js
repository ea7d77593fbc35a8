/** The closed list of things a diagram may hold, in the words that housing people see. Knows nothing of the page. */
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { isEventSubProcess } from 'bpmn-js/lib/util/DiUtil';

const TIMER = 'bpmn:TimerEventDefinition';
const MESSAGE = 'bpmn:MessageEventDefinition';
const SIGNAL = 'bpmn:SignalEventDefinition';
const ESCALATION = 'bpmn:EscalationEventDefinition';
const ERROR = 'bpmn:ErrorEventDefinition';
const TERMINATE = 'bpmn:TerminateEventDefinition';
const CATCH = 'bpmn:IntermediateCatchEvent';
const THROW = 'bpmn:IntermediateThrowEvent';
const EDGE = 'bpmn:BoundaryEvent';
const BESIDE = { cancelActivity: false };
const GOING_ON = { isInterrupting: false };

/** The last group of the list, closed until somebody opens it. */
export const MORE = 'More';

/** family: only kinds of one family may be changed into one another, since only then nothing drawn is lost.
 *  group null: not in the list; an element becomes it by “What is it?”. ofGroups: sits on groups and called diagrams only. */
export const KINDS = [
  { key: 'person', group: 'Steps', words: 'A task for a person', family: 'step', icon: 'user-task', type: 'bpmn:UserTask' },
  { key: 'hand', group: 'Steps', words: 'Something done away from the screen', family: 'step', icon: 'manual-task', type: 'bpmn:ManualTask' },
  { key: 'system', group: 'Steps', words: 'Something the system does', family: 'step', icon: 'service-task', type: 'bpmn:ServiceTask' },
  { key: 'table', group: 'Steps', words: 'A table decides', family: 'step', icon: 'business-rule-task', type: 'bpmn:BusinessRuleTask' },
  { key: 'diagram', group: 'Steps', words: 'Another diagram', family: 'step', icon: 'call-activity', type: 'bpmn:CallActivity' },
  { key: 'decision', group: 'Ways', words: 'A decision', family: 'way', icon: 'gateway-xor', type: 'bpmn:ExclusiveGateway' },
  { key: 'some', group: 'Ways', words: 'One or more of these', family: 'way', icon: 'gateway-or', type: 'bpmn:InclusiveGateway' },
  { key: 'together', group: 'Ways', words: 'Side by side: do all of these', family: 'way', icon: 'gateway-parallel', type: 'bpmn:ParallelGateway' },
  { key: 'first', group: 'Ways', words: 'Whichever comes first', family: 'way', icon: 'gateway-eventbased', type: 'bpmn:EventBasedGateway' },
  { key: 'until', group: 'Waiting', words: 'Wait until a date', family: 'wait', icon: 'intermediate-event-catch-timer', type: CATCH, event: TIMER },
  { key: 'arrival', group: 'Waiting', words: 'Wait for something to happen', family: 'wait', icon: 'intermediate-event-catch-message', type: CATCH, event: MESSAGE },
  { key: 'limit', group: 'Waiting', words: 'A time limit on a step', family: 'edge', icon: 'intermediate-event-catch-non-interrupting-timer', type: EDGE, event: TIMER, attributes: BESIDE },
  { key: 'meanwhile', group: 'Waiting', words: 'Something that may happen during a step', family: 'edge', icon: 'intermediate-event-catch-non-interrupting-message', type: EDGE, event: MESSAGE, attributes: BESIDE },
  { key: 'group', group: 'Groups', words: 'A group of steps', family: 'group', icon: 'subprocess-expanded', type: 'bpmn:SubProcess', expanded: true },
  { key: 'toolbox', group: 'Groups', words: 'Toolbox: pick in any order', family: 'group', icon: 'ad-hoc-subprocess', type: 'bpmn:AdHocSubProcess', expanded: true },
  { key: 'whenever', group: 'Groups', words: 'At any time: if this happens, do this', family: 'whenever', icon: 'event-subprocess-expanded', type: 'bpmn:SubProcess', expanded: true, attributes: { triggeredByEvent: true } },
  { key: 'start', group: 'Start and end', words: 'Start', family: 'start', icon: 'start-event-none', type: 'bpmn:StartEvent' },
  { key: 'trigger', group: null, words: 'If something happens', family: 'start', icon: 'start-event-message', type: 'bpmn:StartEvent', event: MESSAGE, attributes: GOING_ON },
  { key: 'trigger-until', group: null, words: 'If a time comes', family: 'start', icon: 'start-event-timer', type: 'bpmn:StartEvent', event: TIMER, attributes: GOING_ON },
  { key: 'trigger-signal', group: null, words: 'If a signal is given', family: 'start', icon: 'start-event-signal', type: 'bpmn:StartEvent', event: SIGNAL, attributes: GOING_ON },
  { key: 'trigger-raised', group: null, words: 'If something inside is raised', family: 'start', icon: 'start-event-escalation', type: 'bpmn:StartEvent', event: ESCALATION, attributes: GOING_ON },
  { key: 'trigger-failed', group: null, words: 'If something inside fails', family: 'start', icon: 'start-event-error', type: 'bpmn:StartEvent', event: ERROR, attributes: { isInterrupting: true } },
  { key: 'end', group: 'Start and end', words: 'End', family: 'end', icon: 'end-event-none', type: 'bpmn:EndEvent' },
  { key: 'stop', group: 'Start and end', words: 'End everything at once', family: 'end', icon: 'end-event-terminate', type: 'bpmn:EndEvent', event: TERMINATE },
  { key: 'note', group: 'Notes', words: 'A note', family: 'note', icon: 'text-annotation', type: 'bpmn:TextAnnotation' },
  { key: 'send', group: MORE, words: 'Something the system sends', family: 'step', icon: 'send-task', type: 'bpmn:SendTask' },
  { key: 'receive', group: MORE, words: 'A step that waits for something to arrive', family: 'step', icon: 'receive-task', type: 'bpmn:ReceiveTask' },
  { key: 'hear', group: MORE, words: 'Wait for a signal', family: 'wait', icon: 'intermediate-event-catch-signal', type: CATCH, event: SIGNAL },
  { key: 'tell', group: MORE, words: 'Give a signal', family: 'tell', icon: 'intermediate-event-throw-signal', type: THROW, event: SIGNAL },
  { key: 'raise', group: MORE, words: 'Raise something to the group around', family: 'tell', icon: 'intermediate-event-throw-escalation', type: THROW, event: ESCALATION },
  { key: 'point', group: MORE, words: 'Mark a point', family: 'tell', icon: 'intermediate-event-none', type: THROW },
  { key: 'edge-signal', group: MORE, words: 'A signal during a step', family: 'edge', icon: 'intermediate-event-catch-non-interrupting-signal', type: EDGE, event: SIGNAL, attributes: BESIDE },
  { key: 'edge-raised', group: MORE, words: 'Something raised inside a group', family: 'edge', icon: 'intermediate-event-catch-non-interrupting-escalation', type: EDGE, event: ESCALATION, attributes: BESIDE, ofGroups: true },
  { key: 'edge-failed', group: MORE, words: 'A failure inside a group', family: 'edge', icon: 'intermediate-event-catch-error', type: EDGE, event: ERROR, attributes: { cancelActivity: true }, ofGroups: true },
  { key: 'end-tell', group: MORE, words: 'End and give a signal', family: 'end', icon: 'end-event-signal', type: 'bpmn:EndEvent', event: SIGNAL },
  { key: 'end-raise', group: MORE, words: 'End and raise something', family: 'end', icon: 'end-event-escalation', type: 'bpmn:EndEvent', event: ESCALATION },
  { key: 'end-fail', group: MORE, words: 'End because something failed', family: 'end', icon: 'end-event-error', type: 'bpmn:EndEvent', event: ERROR },
];

const PLAIN_WORDS = {
  'bpmn:SequenceFlow': 'An arrow',
  'bpmn:Lane': 'A role',
  'bpmn:Participant': 'The whole procedure',
  'bpmn:Association': 'A line to a note',
  'bpmn:Process': 'The whole procedure',
  'bpmn:Collaboration': 'The whole procedure',
};

export function eventOf(element) {
  return element.businessObject.eventDefinitions?.[0] ?? null;
}

/** The kind of a drawn element, or null for one that this page does not offer. */
export function kindOf(element) {
  const event = eventOf(element)?.$type;
  const whenever = isEventSubProcess(element);
  return KINDS.find((kind) => kind.type === element.type && kind.event === event
    && (kind.key === 'whenever') === whenever) ?? null;
}

export function wordsFor(element) {
  return kindOf(element)?.words ?? PLAIN_WORDS[element.type] ?? 'Something drawn elsewhere';
}

/** What may be raised is raised inside a group or a called diagram. */
export const canHold = (kind, host) => is(host, 'bpmn:Activity')
  && (!kind.ofGroups || is(host, 'bpmn:SubProcess') || is(host, 'bpmn:CallActivity'));

const waits = (element) => is(element, CATCH) || is(element, 'bpmn:ReceiveTask');
const follows = (element, type) => element.incoming.some((line) => is(line.source, type));

/** Whether the element may be of this kind where it stands: what does not fit there would lose its lines.
 *  Only the start of “at any time” waits for something, and it must. */
const fits = (kind, element) => {
  if (kind.family === 'edge') return canHold(kind, element.host);
  if (kind.family === 'start') return Boolean(kind.event) === isEventSubProcess(element.parent);
  if (kind.key === 'first') return element.outgoing.every((line) => !is(line, 'bpmn:SequenceFlow') || waits(line.target));
  return kind.family !== 'step' || kind.key === 'receive' || !follows(element, 'bpmn:EventBasedGateway');
};

/** What the element is, and what else it may become. */
export function familyOf(element) {
  const kind = kindOf(element);
  return kind ? KINDS.filter((other) => other === kind || (other.family === kind.family && fits(other, element))) : [];
}

/** An error always ends what it happens in. */
export const alwaysStops = (kind) => kind.event === ERROR;

/** What a person would call the element: its name, or what it is. */
export function nameOf(element) {
  const { name, text } = element.businessObject;
  if (name || text) return (name || text).replace(/\s+/g, ' ').trim();
  if (is(element, 'bpmn:SequenceFlow')) return `${nameOf(element.source)} to ${nameOf(element.target)}`;
  return `${wordsFor(element)} (no name)`;
}

/** What bpmn-js's factory needs to draw one of a kind. */
export function shapeOptions(kind) {
  return { type: kind.type, eventDefinitionType: kind.event, isExpanded: kind.expanded, ...kind.attributes };
}

export const MAY_BE_DRAWN = new Set([...KINDS.map((kind) => kind.type), 'bpmn:SequenceFlow', 'bpmn:Association', 'bpmn:Lane', 'label']);
