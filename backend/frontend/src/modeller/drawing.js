/** What a person can do to the drawing without a mouse: add, join, move to a role, change what a step is, delete.
 *  Ids of what is already there never change. Knows nothing of the page. */
import { selfAndAllChildren } from 'diagram-js/lib/util/Elements';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { alwaysStops, canHold, shapeOptions } from './kinds.js';
import { dropUnusableWords, hasConditions, together } from './words.js';

const GAP = 20;

const middle = (shape) => ({ x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 });
/** The whole sheet has a width in bpmn-js, but no place. */
const hasEdges = (region) => Number.isFinite(region.x);
const overlaps = (a, b) => a.x < b.x + b.width + GAP && b.x < a.x + a.width + GAP && a.y < b.y + b.height + GAP && b.y < a.y + a.height + GAP;

// -------------------------------------------------------------------------- roles

export function lanes(tools) {
  return tools.elementRegistry.filter((element) => is(element, 'bpmn:Lane') && !element.businessObject.childLaneSet)
    .sort((a, b) => a.y - b.y);
}

/** The outermost drawn thing that holds the element: a step inside a group belongs to its group's role. */
function outermost(element) {
  let shape = element.host ?? element;
  while (shape.parent && is(shape.parent, 'bpmn:SubProcess')) shape = shape.parent;
  return shape.host ?? shape;
}

export function laneOf(tools, element) {
  const { businessObject } = outermost(element);
  return lanes(tools).find((lane) => lane.businessObject.flowNodeRef?.includes(businessObject)) ?? null;
}

export const sitsInGroup = (element) => outermost(element) !== (element.host ?? element);

/** The nearest free place in a region, to the right of x and within its top and bottom. */
function freePlace(tools, shape, region, x, y) {
  const taken = tools.elementRegistry.filter((other) => other !== shape && other.width && !other.labelTarget && !other.host
    && other.parent && !is(other, 'bpmn:Lane') && !is(other, 'bpmn:Participant') && is(other, 'bpmn:FlowNode')
    && (other.parent === region || !is(region, 'bpmn:SubProcess')) && !contains(other, region));
  const spot = { x, y, width: shape.width, height: shape.height };
  for (let tries = 0; tries < 200; tries += 1) {
    const hit = taken.find((other) => overlaps(spot, other));
    if (!hit) break;
    spot.x = hit.x + hit.width + GAP + 10;
  }
  return spot;
}

function contains(outer, inner) {
  for (let shape = inner; shape; shape = shape.parent) if (shape === outer) return true;
  return false;
}

export function moveToLane(tools, element, lane) {
  const y = lane.y + Math.max(GAP, (lane.height - element.height) / 2);
  const spot = freePlace(tools, element, lane, element.x, y);
  tools.modeling.moveElements([element], { x: spot.x - element.x, y: spot.y - element.y }, lane.parent, { autoResize: true });
}

export function addLane(tools, beside) {
  const lane = tools.modeling.addLane(beside, 'bottom');
  tools.selection.select(lane);
  return lane;
}

// --------------------------------------------------------------------------- adding

function placeInside(tools, shape, region) {
  if (!hasEdges(region)) return tools.modeling.createShape(shape, middle(freePlace(tools, shape, region, 160, 120)), region);
  const spot = freePlace(tools, shape, region, region.x + (is(region, 'bpmn:SubProcess') ? GAP : 60), region.y + Math.max(GAP, (region.height - shape.height) / 2));
  const parent = is(region, 'bpmn:Lane') ? region.parent : region;
  return tools.modeling.createShape(shape, middle(spot), parent);
}

function placeOnEdge(tools, shape, host) {
  const used = host.attachers?.filter((other) => !other.labelTarget).length ?? 0;
  const at = { x: host.x + host.width - 24 - used * 44, y: host.y + host.height };
  return tools.modeling.createShape(shape, at, host, { attach: true });
}

/** Above the step, or below where that would stick out of the role or group. */
function placeNote(tools, source, shape) {
  const around = laneOf(tools, source) ?? source.parent;
  const above = source.y - shape.height - GAP;
  const y = hasEdges(around) && above < around.y ? source.y + source.height + GAP + shape.height / 2 : above + shape.height / 2;
  return tools.modeling.appendShape(source, shape, { x: source.x + source.width + GAP + shape.width / 2, y }, source.parent);
}

function regionFor(tools, base) {
  if (!base) return home(tools);
  if (isRegion(base)) return base;
  return is(base.parent, 'bpmn:SubProcess') ? base.parent : (laneOf(tools, base) ?? base.parent);
}

const isRegion = (element) => is(element, 'bpmn:SubProcess') || is(element, 'bpmn:Lane') || is(element, 'bpmn:Participant') || is(element, 'bpmn:Process');
const isInToolbox = (element) => is(element.parent, 'bpmn:AdHocSubProcess');

/** Puts the new step between a step and what now follows it, so that a plain step never gets two ways out by accident. */
function follow(tools, source, shape) {
  const flows = source.outgoing.filter((flow) => is(flow, 'bpmn:SequenceFlow'));
  const passesOn = is(shape, 'bpmn:FlowNode') && !is(shape, 'bpmn:EndEvent');
  const between = passesOn && flows.length === 1 && !is(source, 'bpmn:Gateway');
  const added = source.host ? tools.autoPlace.append(source, shape) : placeAfter(tools, source, shape, between);
  if (between) tools.modeling.reconnectStart(flows[0], added, middle(added));
  return added;
}

const REACH = 50;

/** To the right of the step if there is room; else above or below, unless it goes between two steps; else room is made. */
function placeAfter(tools, source, shape, between) {
  const spot = { x: source.x + source.width + REACH, y: middle(source).y - shape.height / 2, width: shape.width, height: shape.height };
  if (!isFree(spot, source, shape)) {
    const place = between ? null : aboveOrBelow(tools, spot, source, shape);
    if (place) Object.assign(spot, place);
    else makeRoom(tools, source, shape.width + REACH + GAP);
  }
  return tools.modeling.appendShape(source, shape, middle(spot), source.parent);
}

function isFree(spot, source, shape) {
  return !source.parent.children.some((other) => other !== shape && !other.labelTarget && !other.host && is(other, 'bpmn:FlowNode') && overlaps(spot, other));
}

function aboveOrBelow(tools, spot, source, shape) {
  const around = laneOf(tools, source) ?? source.parent;
  const [top, bottom] = hasEdges(around) ? [around.y, around.y + around.height - shape.height] : [-Infinity, Infinity];
  const step = shape.height / 2 + GAP;
  for (let tries = 0; tries < 60; tries += 1) {
    const row = [0, 1, -1, 2, -2][tries % 5];
    const place = { ...spot, x: spot.x + Math.floor(tries / 5) * (REACH + GAP), y: spot.y + row * step };
    if (place.y >= top && place.y <= bottom && isFree(place, source, shape)) return place;
  }
  return null;
}

/** Moves all that is further right out of the way, as the "Make room" tool does. */
function makeRoom(tools, source, width) {
  const start = source.x + source.width + REACH / 2;
  const { movingShapes, resizingShapes } = tools.spaceTool.calculateAdjustments(selfAndAllChildren(tools.canvas.getRootElement()), 'x', width, start);
  tools.spaceTool.makeSpace(movingShapes, resizingShapes, { x: width, y: 0 }, 'e', start);
}

function mayFollow(tools, source, shape) {
  return !is(source, 'bpmn:EndEvent') && !isInToolbox(source) && is(source, 'bpmn:FlowNode')
    && tools.bpmnRules.canConnectSequenceFlow(source, { ...shape, parent: source.parent, businessObject: shape.businessObject });
}

/** Adds one of a kind by what is selected: after a step, on its edge, inside a group or role. Returns what was drawn. */
export function add(tools, kind, selected) {
  let made = null;
  together(tools, () => {
    const shape = tools.elementFactory.createShape(shapeOptions(kind));
    const base = selected && !selected.labelTarget && hasEdges(selected) ? selected : null;
    const onEdge = kind.family === 'edge';
    if (onEdge && !(base && canHold(kind, base))) return;
    if (onEdge) made = placeOnEdge(tools, shape, base);
    else if (base && kind.family === 'note' && !isRegion(base)) made = placeNote(tools, base, shape);
    else if (base && !isRegion(base) && mayFollow(tools, base, shape)) made = follow(tools, base, shape);
    else made = placeInside(tools, shape, regionFor(tools, base));
    if (kind.key === 'whenever') startInside(tools, made);
  });
  if (made) {
    tools.selection.select(made);
    tools.canvas.scrollToElement(made);
  }
  return made;
}

/** Adds one of a kind after a group, whose inside would otherwise be the place. */
export function addAfter(tools, kind, source) {
  let made = null;
  together(tools, () => {
    const shape = tools.elementFactory.createShape(shapeOptions(kind));
    if (kind.family === 'edge') made = canHold(kind, source) ? placeOnEdge(tools, shape, source) : null;
    else if (kind.family === 'note') made = placeNote(tools, source, shape);
    else if (mayFollow(tools, source, shape)) made = follow(tools, source, shape);
  });
  if (made) {
    tools.selection.select(made);
    tools.canvas.scrollToElement(made);
  }
  return made;
}

function startInside(tools, group) {
  const start = tools.elementFactory.createShape({ type: 'bpmn:StartEvent', eventDefinitionType: 'bpmn:MessageEventDefinition', isInterrupting: false });
  tools.modeling.createShape(start, { x: group.x + 58, y: group.y + group.height / 2 }, group);
}

function home(tools) {
  return lanes(tools)[0] ?? tools.elementRegistry.find((element) => is(element, 'bpmn:Participant')) ?? tools.canvas.getRootElement();
}

/** Shapes to pick up with the mouse. A group that starts by an event brings its start with it. */
export function shapesFor(tools, kind) {
  const shape = tools.elementFactory.createShape(shapeOptions(kind));
  if (kind.key !== 'whenever') return [shape];
  const start = tools.elementFactory.createShape({
    type: 'bpmn:StartEvent', eventDefinitionType: 'bpmn:MessageEventDefinition', isInterrupting: false, x: 40, y: 82, parent: shape,
  });
  Object.assign(shape, { x: 0, y: 0 });
  return [shape, start];
}

// -------------------------------------------------------------------------- joining

export function mayJoin(tools, source, target) {
  return source !== target && !target.labelTarget && Boolean(tools.bpmnRules.canConnectSequenceFlow(source, target))
    && !source.outgoing.some((flow) => flow.target === target);
}

export function join(tools, source, target) {
  return tools.modeling.connect(source, target, { type: 'bpmn:SequenceFlow' });
}

// ------------------------------------------------------------------------- changing

/** Changes what an element is. bpmn-js keeps the id of the element and of its arrows, not those of what is inside it.
 *  Returns the new shape and what came off. */
export function changeKind(tools, element, kind) {
  let made = element;
  const decided = hasConditions(element);
  let dropped = [];
  together(tools, () => {
    made = tools.bpmnReplace.replaceElement(element, {
      type: kind.type, eventDefinitionType: kind.event, ...kind.attributes, ...keptAttributes(element, kind),
      ...(kind.expanded ? { isExpanded: true } : {}),
    });
    dropped = dropUnusableWords(tools, made);
    if (decided && !hasConditions(made)) dropped.push('the conditions on its arrows');
  });
  tools.selection.select(made);
  return { made, dropped };
}

function keptAttributes(element, kind) {
  if (alwaysStops(kind)) return {};
  const { cancelActivity, isInterrupting } = element.businessObject;
  if (is(element, 'bpmn:BoundaryEvent')) return { cancelActivity };
  if (is(element, 'bpmn:StartEvent')) return { isInterrupting };
  return {};
}

export function remove(tools, element) {
  tools.modeling.removeElements([element]);
}
