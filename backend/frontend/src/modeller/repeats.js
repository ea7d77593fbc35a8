/** How often a step happens: reads and writes BPMN's multi-instance and loop marks. */
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { readExpression, readProperty, together, writeProperty } from './words.js';

const MANY = 'bpmn:MultiInstanceLoopCharacteristics';
const LOOP = 'bpmn:StandardLoopCharacteristics';

export const HOW_OFTEN = [
  { value: 'once', label: 'Once' },
  { value: 'side', label: 'Several times, side by side' },
  { value: 'turn', label: 'Several times, one after the other' },
  { value: 'again', label: 'Again while something holds' },
];

export const markOf = (element) => element.businessObject.loopCharacteristics ?? null;

/** One of HOW_OFTEN. */
export function howOften(element) {
  const mark = markOf(element);
  if (!mark) return 'once';
  if (is(mark, LOOP)) return 'again';
  return mark.isSequential ? 'turn' : 'side';
}

/** Keeps what the new way has a use for: how many and when to stop, between side by side and one after the other. */
export function writeHowOften(tools, element, how) {
  const mark = markOf(element);
  const many = how === 'side' || how === 'turn';
  together(tools, () => {
    if (many && mark && is(mark, MANY)) {
      tools.modeling.updateModdleProperties(element, mark, { isSequential: how === 'turn' });
      return;
    }
    const made = how === 'once' ? undefined : tools.bpmnFactory.create(many ? MANY : LOOP, many ? { isSequential: how === 'turn' } : {});
    if (made) made.$parent = element.businessObject;
    tools.modeling.updateProperties(element, { loopCharacteristics: made });
    if (!many && readProperty(element, 'each')) writeProperty(tools, element, 'each', '');
  });
}

/** For each of a group of people; none means a number of times. */
export function writeEach(tools, element, group) {
  together(tools, () => {
    writeProperty(tools, element, 'each', group);
    if (group && readExpression(markOf(element), 'loopCardinality')) {
      tools.modeling.updateModdleProperties(element, markOf(element), { loopCardinality: undefined });
    }
  });
}
