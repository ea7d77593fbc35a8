/** Refuses whatever the engine does not run: anything off the list, message flows, data arrows, a second pool. */
import RuleProvider from 'diagram-js/lib/features/rules/RuleProvider';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { MAY_BE_DRAWN } from './kinds.js';

const BEFORE_THE_STOCK_RULES = 2000;
const ARROWS = new Set(['bpmn:SequenceFlow', 'bpmn:Association']);

class CasewayRules extends RuleProvider {
  static $inject = ['eventBus', 'bpmnRules'];

  constructor(eventBus, bpmnRules) {
    super(eventBus);
    this.bpmnRules = bpmnRules;
  }

  init() {
    const unlessOffTheList = (element) => (MAY_BE_DRAWN.has(element.type) ? undefined : false);
    const arrowsOnly = ({ source, target, connection }) => {
      const allowed = this.bpmnRules.canConnect(source, target, connection);
      return allowed?.type && !ARROWS.has(allowed.type) ? false : undefined;
    };
    this.addRule('shape.create', BEFORE_THE_STOCK_RULES, ({ shape }) => unlessOffTheList(shape));
    this.addRule('elements.create', BEFORE_THE_STOCK_RULES, ({ elements }) => (
      elements.every((element) => MAY_BE_DRAWN.has(element.type)) ? undefined : false));
    this.addRule('connection.create', BEFORE_THE_STOCK_RULES, (context) => (context.target?.parent ? arrowsOnly(context) : undefined));
    this.addRule('connection.reconnect', BEFORE_THE_STOCK_RULES, arrowsOnly);
    // Taking the pool away would take every step with it.
    this.addRule('elements.delete', BEFORE_THE_STOCK_RULES, ({ elements }) => (
      elements.filter((element) => !is(element, 'bpmn:Participant'))));
  }
}

export default { __init__: ['casewayRules'], casewayRules: ['type', CasewayRules] };
