/** The closed list of things a diagram may hold, in the words that housing people see. Knows nothing of the page. */
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { isEventSubProcess } from 'bpmn-js/lib/util/DiUtil';

const TIMER = 'bpmn:TimerEventDefinition';
const MESSAGE = 'bpmn:MessageEventDefinition';
const TERMINATE = 'bpmn:TerminateEventDefinition';

/** family: only kinds of one family may be changed into one another, since only then nothing drawn is lost. */
export const KINDS = [
  { key: 'person', group: 'Steps', words: 'A task for a person', family: 'step', icon: 'user-task', type: 'bpmn:UserTask' },
  { key: 'hand', group: 'Steps', words: 'Something done away from the screen', family: 'step', icon: 'manual-task', type: 'bpmn:ManualTask' },
  { key: 'system', group: 'Steps', words: 'Something the system does', family: 'step', icon: 'service-task', type: 'bpmn:ServiceTask' },
  { key: 'table', group: 'Steps', words: 'A table decides', family: 'step', icon: 'business-rule-task', type: 'bpmn:BusinessRuleTask' },
  { key: 'diagram', group: 'Steps', words: 'Another diagram', family: 'step', icon: 'call-activity', type: 'bpmn:CallActivity' },
  { key: 'receive', group: null, words: 'A step that waits for something to arrive', family: 'step', icon: 'receive-task', type: 'bpmn:ReceiveTask' },
  { key: 'decision', group: 'Ways', words: 'A decision', family: 'way', icon: 'gateway-xor', type: 'bpmn:ExclusiveGateway' },
  { key: 'together', group: 'Ways', words: 'Side by side: do all of these', family: 'way', icon: 'gateway-parallel', type: 'bpmn:ParallelGateway' },
  { key: 'until', group: 'Waiting', words: 'Wait until a date', family: 'wait', icon: 'intermediate-event-catch-timer', type: 'bpmn:IntermediateCatchEvent', event: TIMER },
  { key: 'arrival', group: 'Waiting', words: 'Wait for something to happen', family: 'wait', icon: 'intermediate-event-catch-message', type: 'bpmn:IntermediateCatchEvent', event: MESSAGE },
  { key: 'limit', group: 'Waiting', words: 'A time limit on a step', family: 'edge', icon: 'intermediate-event-catch-non-interrupting-timer', type: 'bpmn:BoundaryEvent', event: TIMER, attributes: { cancelActivity: false } },
  { key: 'meanwhile', group: 'Waiting', words: 'Something that may happen during a step', family: 'edge', icon: 'intermediate-event-catch-non-interrupting-message', type: 'bpmn:BoundaryEvent', event: MESSAGE, attributes: { cancelActivity: false } },
  { key: 'group', group: 'Groups', words: 'A group of steps', family: 'group', icon: 'subprocess-expanded', type: 'bpmn:SubProcess', expanded: true },
  { key: 'toolbox', group: 'Groups', words: 'Toolbox: pick in any order', family: 'group', icon: 'ad-hoc-subprocess', type: 'bpmn:AdHocSubProcess', expanded: true },
  { key: 'whenever', group: 'Groups', words: 'At any time: if this happens, do this', family: 'whenever', icon: 'event-subprocess-expanded', type: 'bpmn:SubProcess', expanded: true, attributes: { triggeredByEvent: true } },
  { key: 'start', group: 'Start and end', words: 'Start', family: 'start', icon: 'start-event-none', type: 'bpmn:StartEvent' },
  { key: 'trigger', group: 'Start and end', words: 'Start when something happens', family: 'start', icon: 'start-event-message', type: 'bpmn:StartEvent', event: MESSAGE },
  { key: 'end', group: 'Start and end', words: 'End', family: 'end', icon: 'end-event-none', type: 'bpmn:EndEvent' },
  { key: 'stop', group: 'Start and end', words: 'End everything at once', family: 'end', icon: 'end-event-terminate', type: 'bpmn:EndEvent', event: TERMINATE },
  { key: 'note', group: 'Notes', words: 'A note', family: 'note', icon: 'text-annotation', type: 'bpmn:TextAnnotation' },
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

export function familyOf(element) {
  const kind = kindOf(element);
  return kind ? KINDS.filter((other) => other.family === kind.family) : [];
}

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
