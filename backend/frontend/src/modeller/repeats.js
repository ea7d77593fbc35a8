/** Keeps "once for each of a list": the engine takes the list's plain name where BPMN wants the id of a drawn thing,
 *  and bpmn-js would drop the name on opening, and again when a step changes its kind. */
import { is } from 'bpmn-js/lib/util/ModelUtil';

const LISTS = ['bpmn:loopDataInputRef', 'bpmn:loopDataOutputRef'];
const NAMES = new Set(['loopDataInputRef', 'loopDataOutputRef']);

class KeepRepeats {
  static $inject = ['eventBus', 'moddle'];

  constructor(eventBus, moddle) {
    eventBus.on('import.parse.complete', ({ references, warnings }) => (references ?? [])
      .filter((reference) => LISTS.includes(reference.property))
      .forEach((reference) => keepName(moddle, reference, warnings)));
    eventBus.on('moddleCopy.canCopyProperty', 2000, ({ propertyName, property }) => (NAMES.has(propertyName) && property ? property : undefined));
  }
}

function keepName(moddle, { element, property, id }, warnings) {
  const at = warnings.findIndex((warning) => warning.element === element && warning.property === property);
  if (at < 0) return;
  warnings.splice(at, 1);
  element.set(property, moddle.create('bpmn:ItemAwareElement', { id }));
}

/** "once for each of clauses, one after another", or nothing. */
export function repeatOf(element) {
  const loop = element.businessObject.loopCharacteristics;
  if (!loop) return '';
  if (!is(loop, 'bpmn:MultiInstanceLoopCharacteristics')) return 'Again and again, until its condition holds';
  const list = loop.loopDataInputRef?.id ?? loop.loopCardinality?.body ?? 'a list';
  return `Once for each of ${list}, ${loop.isSequential ? 'one after another' : 'all at the same time'}`;
}

export default { __init__: ['keepRepeats'], keepRepeats: ['type', KeepRepeats] };
