/** The few buttons beside a selected element. They replace the stock ones. */
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { isEventSubProcess } from 'bpmn-js/lib/util/DiUtil';
import { KINDS, shapeOptions } from './kinds.js';
import { addAfter } from './drawing.js';

const AFTER_A_STEP = ['person', 'system', 'decision', 'until', 'end'];
const AFTER_WHICHEVER = ['until', 'arrival', 'hear'];

class CasewayContextPad {
  static $inject = ['contextPad', 'modeling', 'rules', 'connect', 'create', 'elementFactory', 'injector'];

  constructor(contextPad, modeling, rules, connect, create, elementFactory, injector) {
    Object.assign(this, { modeling, rules, connect, create, elementFactory, injector });
    contextPad.registerProvider(this);
  }

  getMultiElementContextPadEntries(elements) {
    return this.mayDelete(elements) ? { delete: this.deleting('Delete these') } : {};
  }

  getContextPadEntries(element) {
    if (element.labelTarget) return {};
    return {
      ...this.following(element),
      ...this.joining(element),
      ...(this.mayDelete([element]) ? { delete: this.deleting('Delete') } : {}),
    };
  }

  following(element) {
    if (is(element, 'bpmn:Lane') || is(element, 'bpmn:Participant')) {
      return { lane: entry('lane', 'lane-insert-below', 'Add a role below', (event, target) => this.modeling.addLane(target, 'bottom')) };
    }
    if (!is(element, 'bpmn:FlowNode') || is(element, 'bpmn:EndEvent')) return {};
    const inToolbox = is(element.parent, 'bpmn:AdHocSubProcess') || isEventSubProcess(element);
    const usual = is(element, 'bpmn:EventBasedGateway') ? AFTER_WHICHEVER : AFTER_A_STEP;
    const kinds = inToolbox ? [] : KINDS.filter((kind) => usual.includes(kind.key));
    const note = KINDS.filter((kind) => kind.key === 'note');
    return Object.fromEntries([...kinds, ...note].map((kind) => [`append-${kind.key}`, this.appending(kind)]));
  }

  appending(kind) {
    const pickUp = (event, source) => this.create.start(event, this.elementFactory.createShape(shapeOptions(kind)), { source });
    const words = kind.key === 'note' ? 'Add a note' : `Add after this: ${kind.words}`;
    const drawn = entry('model', kind.icon, words, (event, source) => addAfter(this.tools(), kind, source));
    drawn.action.dragstart = pickUp;
    return drawn;
  }

  joining(element) {
    if (!is(element, 'bpmn:FlowNode') && !is(element, 'bpmn:TextAnnotation')) return {};
    if (is(element, 'bpmn:EndEvent')) return {};
    const start = (event, source) => this.connect.start(event, source);
    const drawn = entry('connect', 'connection', 'Join to another step', start);
    drawn.action.dragstart = start;
    return { connect: drawn };
  }

  deleting(words) {
    return entry('edit', 'trash', words, (event, target) => this.modeling.removeElements([].concat(target)));
  }

  mayDelete(elements) {
    const allowed = this.rules.allowed('elements.delete', { elements });
    return Array.isArray(allowed) ? elements.every((element) => allowed.includes(element)) : allowed;
  }

  tools() {
    return this.injector.get('casewayTools');
  }
}

function entry(group, icon, title, click) {
  const html = '<div class="entry" draggable="true" role="button" tabindex="0"></div>';
  return { group, className: `bpmn-icon-${icon}`, title, html, action: { click } };
}

export default { __init__: ['contextPadProvider'], contextPadProvider: ['type', CasewayContextPad] };
