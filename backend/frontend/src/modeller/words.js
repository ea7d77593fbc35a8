/** Reads and writes what Caseway says on an element: properties, operation, table, message, times, conditions.
 *  Every write is one step for Undo. Knows nothing of the page. */
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { eventOf } from './kinds.js';

/** Runs several changes as one step for Undo. */
export function together(tools, run) {
  tools.commandStack.execute('caseway.together', { run });
}

export class TogetherHandler {
  preExecute(context) {
    context.run();
  }
}

// ------------------------------------------------------------ extension elements

function extensions(element) {
  return element.businessObject.extensionElements?.values ?? [];
}

export function extension(element, type) {
  return extensions(element).find((value) => is(value, type)) ?? null;
}

/** Words of other products would not survive a change of kind. */
export function hasForeignWords(element) {
  return extensions(element).some((value) => value.$descriptor?.isGeneric);
}

function writeExtensions(tools, element, values) {
  const holder = values.length ? tools.bpmnFactory.create('bpmn:ExtensionElements', { values }) : undefined;
  values.forEach((value) => { value.$parent = holder; });
  tools.modeling.updateProperties(element, { extensionElements: holder });
}

function replaceExtension(tools, element, type, made) {
  const values = extensions(element);
  const at = values.findIndex((value) => is(value, type));
  const kept = values.filter((value) => !is(value, type));
  if (made) kept.splice(at < 0 ? kept.length : at, 0, made);
  writeExtensions(tools, element, kept);
}

function create(tools, type, attributes, childName) {
  const made = tools.bpmnFactory.create(type, attributes);
  for (const child of [].concat(attributes[childName] ?? [])) child.$parent = made;
  return made;
}

// -------------------------------------------------------------------- properties

function propertyList(element) {
  return extension(element, 'spiffworkflow:Properties')?.properties ?? [];
}

export function readProperty(element, name) {
  return propertyList(element).find((property) => property.name === name)?.value ?? '';
}

export function writeProperty(tools, element, name, value) {
  const pairs = propertyList(element).map((property) => [property.name, property.value]);
  const at = pairs.findIndex(([known]) => known === name);
  if (value && at >= 0) pairs[at] = [name, value];
  else if (value) pairs.push([name, value]);
  else if (at >= 0) pairs.splice(at, 1);
  const properties = pairs.map(([known, said]) => tools.bpmnFactory.create('spiffworkflow:Property', { name: known, value: said }));
  const made = properties.length ? create(tools, 'spiffworkflow:Properties', { properties }, 'properties') : null;
  replaceExtension(tools, element, 'spiffworkflow:Properties', made);
}

// --------------------------------------------------------------------- operation

/** What the system does by itself. */
export const isSystem = (element) => is(element, 'bpmn:ServiceTask') || is(element, 'bpmn:SendTask');

export function readOperation(element) {
  const operator = extension(element, 'spiffworkflow:ServiceTaskOperator');
  const parameters = operator?.parameterList?.parameters ?? [];
  return {
    id: operator?.id ?? '',
    resultVariable: operator?.resultVariable,
    parameters: parameters.map(({ id, type, value }) => ({ id, type, value })),
  };
}

export function writeOperation(tools, element, { id, resultVariable, parameters }) {
  if (!id) return replaceExtension(tools, element, 'spiffworkflow:ServiceTaskOperator', null);
  const list = parameters.map((parameter) => tools.bpmnFactory.create('spiffworkflow:Parameter', parameter));
  const parameterList = list.length ? create(tools, 'spiffworkflow:Parameters', { parameters: list }, 'parameters') : undefined;
  const operator = create(tools, 'spiffworkflow:ServiceTaskOperator', { id, resultVariable, parameterList }, 'parameterList');
  return replaceExtension(tools, element, 'spiffworkflow:ServiceTaskOperator', operator);
}

export function chooseOperation(tools, element, id, operation) {
  const before = readOperation(element);
  const known = new Set((operation?.parameters ?? []).map((parameter) => parameter.name));
  writeOperation(tools, element, { ...before, id, parameters: before.parameters.filter((parameter) => known.has(parameter.id)) });
}

export function writeParameter(tools, element, name, value) {
  const operation = readOperation(element);
  const at = operation.parameters.findIndex((parameter) => parameter.id === name);
  if (!value && at >= 0) operation.parameters.splice(at, 1);
  else if (at >= 0) operation.parameters[at] = { ...operation.parameters[at], value };
  else if (value) operation.parameters.push({ id: name, type: 'str', value });
  writeOperation(tools, element, operation);
}

/** A choice is written as a quoted word, since a parameter's value is an expression. */
export const quoted = (choice) => `'${choice}'`;

// -------------------------------------------------------------------------- table

export function readTable(element) {
  return extension(element, 'spiffworkflow:CalledDecisionId')?.value ?? '';
}

export function writeTable(tools, element, value) {
  const made = value ? tools.bpmnFactory.create('spiffworkflow:CalledDecisionId', { value }) : null;
  replaceExtension(tools, element, 'spiffworkflow:CalledDecisionId', made);
}

// -------------------------------------------------------- expressions in an element

function expression(tools, parent, body) {
  if (!body) return undefined;
  const made = tools.bpmnFactory.create('bpmn:FormalExpression', { body });
  made.$parent = parent;
  return made;
}

export function readExpression(holder, name) {
  return holder?.[name]?.body ?? '';
}

export function writeExpression(tools, element, holder, name, body) {
  tools.modeling.updateModdleProperties(element, holder, { [name]: expression(tools, holder, body) });
}

export function writeWaitUntil(tools, element, body) {
  const timer = eventOf(element);
  tools.modeling.updateModdleProperties(element, timer, {
    timeDate: expression(tools, timer, body), timeDuration: undefined, timeCycle: undefined,
  });
}

// ----------------------------------------------------- names of messages, signals and so on

/** Where an event's name is kept: the attribute that points, what it points to, and what that says the name in. */
const NAMED = [
  { kind: 'message', definition: 'bpmn:MessageEventDefinition', ref: 'messageRef', root: 'bpmn:Message', says: 'name' },
  { kind: 'signal', definition: 'bpmn:SignalEventDefinition', ref: 'signalRef', root: 'bpmn:Signal', says: 'name' },
  { kind: 'escalation', definition: 'bpmn:EscalationEventDefinition', ref: 'escalationRef', root: 'bpmn:Escalation', says: 'escalationCode' },
  { kind: 'error', definition: 'bpmn:ErrorEventDefinition', ref: 'errorRef', root: 'bpmn:Error', says: 'errorCode' },
];
const said = (root, named) => root?.[named.says] ?? root?.name ?? '';

/** What the element waits for or tells: {kind, name, holder}, or null. The holder is the event's definition, or the receiving task itself. */
export function namedEvent(element) {
  const holder = is(element, 'bpmn:ReceiveTask') ? element.businessObject : eventOf(element);
  const named = is(element, 'bpmn:ReceiveTask') ? NAMED[0] : NAMED.find(({ definition }) => holder && is(holder, definition));
  return named ? { ...named, holder, name: said(holder[named.ref], named) } : null;
}

/** The names of this kind that the drawing already has. */
export function namesIn(tools, named) {
  return tools.definitions().rootElements.filter((root) => is(root, named.root)).map((root) => said(root, named)).filter(Boolean);
}

/** Points the element to the thing of this name, which is made if it is not there. */
export function writeEventName(tools, element, name) {
  const named = namedEvent(element);
  const definitions = tools.definitions();
  together(tools, () => {
    let root = definitions.rootElements.find((one) => is(one, named.root) && said(one, named) === name);
    if (name && !root) {
      root = tools.bpmnFactory.create(named.root, { name, [named.says]: name });
      root.$parent = definitions;
      tools.modeling.updateModdleProperties(element, definitions, { rootElements: [...definitions.rootElements, root] });
    }
    tools.modeling.updateModdleProperties(element, named.holder, { [named.ref]: name ? root : undefined });
  });
}

// --------------------------------------------------------------------------- flows

/** Whether the ways out of it have conditions. */
export const decides = (element) => is(element, 'bpmn:ExclusiveGateway') || is(element, 'bpmn:InclusiveGateway');

export function isOtherwise(flow) {
  return flow.source.businessObject.default === flow.businessObject;
}

export function writeOtherwise(tools, flow, ticked) {
  together(tools, () => {
    if (ticked && flow.businessObject.conditionExpression) {
      tools.modeling.updateProperties(flow, { conditionExpression: undefined });
    }
    tools.modeling.updateProperties(flow.source, { default: ticked ? flow.businessObject : undefined });
  });
}

/** bpmn-js takes conditions off the arrows that leave what decides nothing. */
export const hasConditions = (element) => element.outgoing.some((line) => line.businessObject.conditionExpression);

/** What a new kind cannot use is taken off, and named, so that nothing hidden is left behind. */
export function dropUnusableWords(tools, element) {
  const dropped = [];
  const drop = (words, run) => { dropped.push(words); run(); };
  if (!is(element, 'bpmn:UserTask') && !is(element, 'bpmn:ManualTask') && readProperty(element, 'form')) {
    drop('the form', () => writeProperty(tools, element, 'form', ''));
  }
  if (!isSystem(element) && extension(element, 'spiffworkflow:ServiceTaskOperator')) {
    drop('the operation', () => replaceExtension(tools, element, 'spiffworkflow:ServiceTaskOperator', null));
  }
  if (!is(element, 'bpmn:BusinessRuleTask') && extension(element, 'spiffworkflow:CalledDecisionId')) {
    drop('the table', () => replaceExtension(tools, element, 'spiffworkflow:CalledDecisionId', null));
  }
  return dropped;
}
