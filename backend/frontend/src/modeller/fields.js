/** Which fields an element has, as plain descriptions: what to show, what it says now, how to write it. Knows nothing of the page. */
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { isEventSubProcess } from 'bpmn-js/lib/util/DiUtil';
import { alwaysStops, eventOf, familyOf, kindOf, nameOf } from './kinds.js';
import { changeKind, laneOf, lanes, moveToLane, sitsInGroup } from './drawing.js';
import { HOW_OFTEN, howOften, markOf, writeEach, writeHowOften } from './repeats.js';
import * as words from './words.js';

const FOR_WHOM = [
  { value: 'reporter', label: 'The person who reported' },
  { value: 'respondent', label: 'The person complained about' },
  { value: 'witness', label: 'A witness' },
  { value: 'reporter witness', label: 'The person who reported, or a witness' },
  { value: 'reporter respondent', label: 'The person who reported, or the person complained about' },
  { value: 'case', label: 'The case as a whole' },
];

const text = (key, label, value, write, more = {}) => ({ key, label, kind: 'text', value, write, ...more });
const select = (key, label, value, options, write, more = {}) => ({ key, label, kind: 'select', value, write, options: offered(options, value), ...more });
const tick = (key, label, value, write, more = {}) => ({ key, label, kind: 'tick', value, write, ...more });
const note = (key, label, value) => ({ key, label, kind: 'note', value });

/** What is already written stays choosable, even when the list no longer has it. */
function offered(options = [], value) {
  const known = options.some((option) => option.value === value);
  const missing = value && !known ? [{ value, label: `${value} (not in the list)` }] : [];
  return [{ value: '', label: 'Choose' }, ...options, ...missing];
}

/** The fields of one element, in reading order. */
export function fieldsFor(tools, element, catalogue) {
  return [
    ...naming(tools, element, catalogue),
    ...placing(tools, element),
    ...doing(tools, element, catalogue),
    ...repeating(tools, element, catalogue),
    ...happening(tools, element, catalogue),
    ...flowing(tools, element),
    ...toolbox(tools, element, catalogue),
    ...promising(tools, element, catalogue),
  ];
}

const property = (tools, element, name) => [words.readProperty(element, name), (value) => words.writeProperty(tools, element, name, value)];

function naming(tools, element, catalogue) {
  const { modeling } = tools;
  if (is(element, 'bpmn:TextAnnotation')) {
    return [{ ...text('name', 'Note', element.businessObject.text ?? '', (value) => modeling.updateProperties(element, { text: value })), kind: 'area' }];
  }
  const rename = (value) => modeling.updateProperties(element, { name: value || undefined });
  const now = element.businessObject.name ?? '';
  if (is(element, 'bpmn:Lane')) {
    return [select('name', 'Role', now, catalogue.roles, rename, { hint: 'Whoever has this role does the tasks in this band.' })];
  }
  if (is(element, 'bpmn:Association')) return [];
  const hint = is(element, 'bpmn:SequenceFlow') ? 'Shown beside the arrow, for example: high risk' : undefined;
  return [{ ...text('name', 'Name', now, rename, { hint }), kind: 'area', rows: 2 }, ...kindField(tools, element)];
}

function kindField(tools, element) {
  const kinds = familyOf(element);
  if (kinds.length < 2) return [];
  if (words.hasForeignWords(element)) {
    return [note('kind', 'What is it?', 'This cannot be changed here: the step holds words of another product, which would be lost.')];
  }
  const now = kindOf(element).key;
  const change = (key) => changeKind(tools, element, kinds.find((kind) => kind.key === key));
  const options = kinds.map((kind) => ({ value: kind.key, label: kind.words }));
  return [{ key: 'kind', label: 'What is it?', kind: 'select', value: now, options, write: change }];
}

function placing(tools, element) {
  if (!is(element, 'bpmn:FlowNode') || element.host || !lanes(tools).length) return [];
  const lane = laneOf(tools, element);
  if (sitsInGroup(element)) return [note('role', 'Role', `${lane ? nameOf(lane) : 'None'}, because the group around it is there`)];
  const options = lanes(tools).map((one) => ({ value: one.id, label: nameOf(one) }));
  const move = (id) => id && moveToLane(tools, element, tools.elementRegistry.get(id));
  return [select('role', 'Role', lane?.id ?? '', options, move, { hint: 'Choosing another role moves the step there.' })];
}

// ---------------------------------------------------------------- what a step does

function doing(tools, element, catalogue) {
  if ((is(element, 'bpmn:UserTask') || is(element, 'bpmn:ManualTask'))) return [select('form', 'Form', words.readProperty(element, 'form'), catalogue.forms, (value) => words.writeProperty(tools, element, 'form', value))];
  if (words.isSystem(element)) return operation(tools, element, catalogue);
  if (is(element, 'bpmn:BusinessRuleTask')) return [select('table', 'Table', words.readTable(element), catalogue.tables, (value) => words.writeTable(tools, element, value))];
  if (is(element, 'bpmn:CallActivity')) {
    const call = (value) => tools.modeling.updateProperties(element, { calledElement: value || undefined });
    return [select('calls', 'Diagram', element.businessObject.calledElement ?? '', catalogue.processes, call)];
  }
  return [];
}

function operation(tools, element, catalogue) {
  const now = words.readOperation(element);
  const known = catalogue.operations.find((one) => one.value === now.id);
  const choose = (id) => words.chooseOperation(tools, element, id, catalogue.operations.find((one) => one.value === id));
  const declared = known?.parameters ?? [];
  const extra = now.parameters.filter((one) => !declared.some((other) => other.name === one.id)).map((one) => ({ name: one.id, label: one.id, hint: 'Not asked for by this operation' }));
  return [
    select('operation', 'What the system does', now.id, catalogue.operations, choose),
    ...[...declared, ...extra].map((one) => parameter(tools, element, one, now)),
  ];
}

function parameter(tools, element, declared, now) {
  const value = now.parameters.find((one) => one.id === declared.name)?.value ?? '';
  const write = (said) => words.writeParameter(tools, element, declared.name, said);
  const key = `parameter-${declared.name}`;
  if (!declared.choices?.length) return text(key, declared.label, value, write, { hint: declared.hint });
  const options = declared.choices.map((choice) => ({ value: words.quoted(choice.value), label: choice.label }));
  return select(key, declared.label, value, options, write, { hint: declared.hint });
}

// ------------------------------------------------------------------- how often, and what leaves

function repeating(tools, element, catalogue) {
  if (!is(element, 'bpmn:Activity')) return [];
  if (isEventSubProcess(element)) return leaving(tools, element);
  const how = howOften(element);
  const often = { key: 'often', label: 'How often it happens', kind: 'select', value: how, options: HOW_OFTEN, write: (value) => writeHowOften(tools, element, value) };
  const rounds = { once: () => [], again: () => loop(tools, element), side: () => many(tools, element, catalogue), turn: () => many(tools, element, catalogue) }[how]();
  return [often, ...rounds, ...leaving(tools, element)];
}

const expressionOf = (tools, element, name) => [words.readExpression(markOf(element), name), (value) => words.writeExpression(tools, element, markOf(element), name, value)];

function many(tools, element, catalogue) {
  const each = words.readProperty(element, 'each');
  const [times, writeTimes] = expressionOf(tools, element, 'loopCardinality');
  const [stop, writeStop] = expressionOf(tools, element, 'completionCondition');
  const groups = offered(catalogue.groups, each);
  groups[0] = { value: '', label: 'Nobody: a number of times' };
  return [
    { key: 'each', label: 'For whom', kind: 'select', value: each, options: groups, write: (value) => writeEach(tools, element, value) },
    ...(each ? [] : [text('times', 'How many times', times, writeTimes, { hint: 'A number, or a fact that holds one' })]),
    text('stop-early', 'Stop early when', stop, writeStop, { hint: 'For example: instances_done >= 2. Leave empty to do all of them' }),
  ];
}

function loop(tools, element) {
  const mark = markOf(element);
  const [again, writeAgain] = expressionOf(tools, element, 'loopCondition');
  const write = (values) => tools.modeling.updateModdleProperties(element, mark, values);
  return [
    text('again', 'Again while', again, writeAgain, { hint: 'For example: not resolved' }),
    tick('before', 'Ask before the first round too', mark.testBefore === true, (ticked) => write({ testBefore: ticked || undefined })),
    text('most', 'Most rounds', mark.loopMaximum === undefined ? '' : String(mark.loopMaximum),
      (value) => write({ loopMaximum: /^\d{1,4}$/.test(value) && Number(value) ? Number(value) : undefined }), { hint: 'A whole number. Leave empty for no limit' }),
  ];
}

/** What is learnt in a round, in a tool's run or about one person stays there, but for these facts. */
function leaving(tools, element) {
  const [outputs, write] = property(tools, element, 'outputs');
  const keeps = isEventSubProcess(element) || ['side', 'turn'].includes(howOften(element)) || is(element, 'bpmn:CallActivity') || is(element.parent ?? element, 'bpmn:AdHocSubProcess');
  return keeps || outputs ? [text('outputs', 'Facts that leave it', outputs, write, { hint: 'Names, with a space between them. Other answers stay inside' })] : [];
}

// ------------------------------------------------------------ events: times, messages

const NAME_LABELS = { signal: 'Name of the signal', escalation: 'Name of what is raised', error: 'Name of the failure' };
const NAME_LISTS = { signal: 'signals', escalation: 'escalations', error: 'errors' };

function happening(tools, element, catalogue) {
  const event = eventOf(element);
  const timed = event && is(event, 'bpmn:TimerEventDefinition') ? timer(tools, element, event) : [];
  return [...calling(tools, element, catalogue), ...timed, ...stopping(tools, element)];
}

function calling(tools, element, catalogue) {
  const event = words.namedEvent(element);
  if (!event) return [];
  const write = (value) => words.writeEventName(tools, element, value);
  if (event.kind === 'message') return [select('message', 'What happens', event.name, catalogue.messages, write)];
  const known = [...new Set([...words.namesIn(tools, event), ...catalogue[NAME_LISTS[event.kind]]])].sort();
  const mayBeAny = event.kind !== 'signal' && !is(element, 'bpmn:ThrowEvent');
  const hint = `Choose one that is there, or write a new one.${mayBeAny ? ' Leave empty for any.' : ''}`;
  return [{ ...text('event-name', NAME_LABELS[event.kind], event.name, write, { hint }), suggestions: known }];
}

function stopping(tools, element) {
  const onEdge = is(element, 'bpmn:BoundaryEvent');
  const begins = is(element, 'bpmn:StartEvent') && isEventSubProcess(element.parent);
  if (!onEdge && !begins) return [];
  const label = onEdge ? 'Stops the step when it happens' : 'Stops everything else when it happens';
  const name = onEdge ? 'cancelActivity' : 'isInterrupting';
  const kind = kindOf(element);
  if (kind && alwaysStops(kind)) return [note('stops', label, 'Always: a failure ends what it happens in')];
  return [tick('stops', label, element.businessObject[name] !== false, (ticked) => tools.modeling.updateProperties(element, { [name]: ticked }))];
}

function timer(tools, element, event) {
  const until = text('until', 'Wait until', words.readExpression(event, 'timeDate'), (value) => words.writeWaitUntil(tools, element, value),
    { hint: 'For example: working_days(28, since=survey_sent_at)' });
  const other = words.readExpression(event, 'timeDuration') || words.readExpression(event, 'timeCycle');
  return other ? [until, note('other-time', 'Now waits for', `${other}. Filling in “Wait until” replaces this.`)] : [until];
}

// ------------------------------------------------------------------------- the arrows

function flowing(tools, element) {
  if (is(element, 'bpmn:SequenceFlow') && words.decides(element.source)) return way(tools, element, '');
  if (!words.decides(element)) return [];
  const flows = element.outgoing.filter((flow) => is(flow, 'bpmn:SequenceFlow'));
  return flows.length < 2 ? [] : flows.flatMap((flow) => way(tools, flow, ` to ${nameOf(flow.target)}`));
}

function way(tools, flow, where) {
  const suffix = where ? `-${flow.id}` : '';
  const otherwise = words.isOtherwise(flow);
  const condition = text(`condition${suffix}`, where ? `The way${where} is taken when` : 'Taken when', words.readExpression(flow.businessObject, 'conditionExpression'),
    (value) => words.writeExpression(tools, flow, flow.businessObject, 'conditionExpression', value), { hint: 'For example: risk_band == "high"' });
  const tickBox = tick(`otherwise${suffix}`, where ? `Otherwise, go${where}` : 'Otherwise: when none of the others is taken', otherwise, (ticked) => words.writeOtherwise(tools, flow, ticked));
  return otherwise ? [tickBox] : [condition, tickBox];
}

// ------------------------------------------------------------------------- the toolbox

function toolbox(tools, element, catalogue) {
  const { businessObject } = element;
  if (is(element, 'bpmn:AdHocSubProcess')) {
    return [text('completion', 'The toolbox is finished when', words.readExpression(businessObject, 'completionCondition'),
      (value) => words.writeExpression(tools, element, businessObject, 'completionCondition', value), { hint: 'For example: toolbox_done == true' }),
    select('table', 'Table that says which tools fit', words.readTable(element), catalogue.tables, (value) => words.writeTable(tools, element, value), { hint: 'Its answers can be named in when each tool is offered or advised' })];
  }
  if (!element.parent || !is(element.parent, 'bpmn:AdHocSubProcess') || !is(element, 'bpmn:Activity')) return [];
  const [whom, writeWhom] = property(tools, element, 'for');
  const [when, writeWhen] = property(tools, element, 'offered');
  const [advised, writeAdvised] = property(tools, element, 'advised');
  const [group, writeGroup] = property(tools, element, 'group');
  return [
    select('for', 'For whom', whom, FOR_WHOM, writeWhom),
    text('offered', 'Offered when', when, writeWhen, { hint: 'Leave empty if it is always offered' }),
    text('advised', 'Advised when', advised, writeAdvised, { hint: 'At other times an officer may start it with a reason. Leave empty if it needs none' }),
    text('group', 'Under the heading', group, writeGroup, { hint: 'Where officers find it on the page of a case' }),
  ];
}

// --------------------------------------------------------- promises, policy, the tenant

function promising(tools, element, catalogue) {
  if (!is(element, 'bpmn:Activity') || isEventSubProcess(element)) return [];
  const [promise, writePromise] = property(tools, element, 'promise');
  const [due, writeDue] = property(tools, element, 'due');
  const [policy, writePolicy] = property(tools, element, 'policy');
  const [told, writeTold] = property(tools, element, 'public');
  const [mark, writeMark] = property(tools, element, 'mark');
  const [notBy, writeNotBy] = property(tools, element, 'not_by');
  const [letters, writeLetters] = property(tools, element, 'letters');
  const timed = [
    select('promise', 'Promise', promise, catalogue.promises, writePromise, { hint: 'The service standard this step keeps' }),
    text('due', 'Due', due, writeDue, { hint: 'Only if no promise fits. For example: working_days(3, since=reported_at)' }),
    text('notBy', 'Not by whoever did', notBy, writeNotBy, { hint: 'The ids of earlier steps: somebody else has to do this one' }),
    text('letters', 'Letters at hand', letters, writeLetters, { hint: 'The codes of letters that an officer may write from this task' }),
  ];
  return [
    ...(is(element, 'bpmn:UserTask') || is(element, 'bpmn:ManualTask') ? timed : []),
    text('policy', 'Policy codes', policy, writePolicy, { hint: 'Codes, with a space between them' }),
    { ...text('public', 'What tenants are told', told, writeTold, { hint: 'Shown under “What happens next”' }), kind: 'area', rows: 3 },
    ...marking(mark, writeMark, catalogue),
  ];
}

function marking(mark, write, catalogue) {
  if (catalogue.marks?.length) return [select('mark', 'Marks', mark, catalogue.marks, write, { hint: 'What has happened once this step is done' })];
  return mark ? [text('mark', 'Marks', mark, write)] : [];
}
