/** The form beside the drawing: what the selected element is and says. It is also the way round the drawing without a mouse. */
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { KINDS, MORE, canHold, nameOf, wordsFor } from './kinds.js';
import { add, addAfter, join, mayJoin, remove } from './drawing.js';
import { fieldsFor } from './fields.js';
import { control } from './controls.js';
import { button, make } from './dom.js';

const GROUPS = [
  ['Roles', (element) => is(element, 'bpmn:Lane')],
  ['Steps', (element) => is(element, 'bpmn:FlowNode')],
  ['Arrows', (element) => is(element, 'bpmn:SequenceFlow')],
  ['Notes', (element) => is(element, 'bpmn:TextAnnotation')],
];

export class Panel {
  constructor({ tools, box, catalogue, readOnly, announce }) {
    Object.assign(this, { tools, box, catalogue, readOnly, announce });
    this.element = null;
    this.drawn = [];
    this.picker = make('select', { class: 'govuk-select', id: 'cw-pick', 'data-testid': 'pick', onchange: () => this.pick() });
    this.body = make('div', { class: 'cw-panel__body' });
    this.heading = make('h2', { class: 'govuk-heading-m cw-panel__heading', tabindex: '-1', id: 'cw-panel-heading' });
    box.classList.add('cw-panel');
    box.setAttribute('role', 'region');
    box.setAttribute('aria-labelledby', 'cw-panel-heading');
    box.replaceChildren(make('div', { class: 'govuk-form-group cw-field cw-panel__pick' },
      make('label', { class: 'govuk-label', for: 'cw-pick' }, 'Go to a step, arrow or role'), this.picker), this.heading, this.body);
    tools.eventBus.on('selection.changed', ({ newSelection }) => this.show(newSelection.length === 1 ? newSelection[0] : null, newSelection.length));
    tools.eventBus.on('elements.changed', () => this.refreshSoon());
    tools.eventBus.on('import.done', () => this.show(null, 0));
    this.show(null, 0);
  }

  /** Called before anything reads the drawing: what is typed and not yet taken over counts. */
  commit() {
    const active = this.drawn.find((one) => one.input && one.input === document.activeElement);
    active?.input.dispatchEvent(new Event('change'));
  }

  focus() {
    this.heading.focus();
  }

  pick() {
    const element = this.tools.elementRegistry.get(this.picker.value);
    if (!element) return;
    this.tools.selection.select(element);
    this.tools.canvas.scrollToElement(element);
  }

  show(chosen, count) {
    const element = chosen?.labelTarget ?? chosen;
    if (element?.id !== this.element?.id) this.box.scrollTop = 0;
    this.element = element && element !== this.tools.canvas.getRootElement() ? element : null;
    this.count = count;
    this.build();
  }

  refreshSoon() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.refresh());
  }

  /** Keeps the controls, and so the focus and the click under way, unless the fields themselves are others. */
  refresh() {
    this.fillPicker();
    if (!this.element) return;
    if (!this.tools.elementRegistry.get(this.element.id)) return this.show(null, 0);
    const fields = this.fields();
    if (this.readOnly || shapeOf(fields) !== this.shape) return this.build();
    this.title();
    fields.forEach((field, at) => {
      this.drawn[at].write = field.write;
      if (this.drawn[at].input !== document.activeElement || field.value !== this.drawn[at].value) this.drawn[at].show(field.value);
      this.drawn[at].value = field.value;
    });
    return this.fillJoin();
  }

  fields() {
    return fieldsFor(this.tools, this.element, this.catalogue);
  }

  title() {
    this.heading.textContent = this.element ? wordsFor(this.element) : 'Nothing selected';
  }

  build() {
    const focused = document.activeElement?.id;
    this.title();
    this.fillPicker();
    this.drawn = [];
    this.shape = '';
    if (!this.element) return this.body.replaceChildren(make('p', { class: 'govuk-body' }, this.emptyWords()));
    const fields = this.fields();
    this.shape = shapeOf(fields);
    if (this.readOnly) return this.body.replaceChildren(summary(fields));
    this.drawn = fields.map((field) => this.draw(field));
    this.body.replaceChildren(...this.drawn.map((one) => one.node), ...this.actions());
    this.fillJoin();
    if (focused && this.box.querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused).focus();
    return undefined;
  }

  emptyWords() {
    if (this.count > 1) return `${this.count} things are selected. Select one to see what it says.`;
    if (this.readOnly) return 'Select a step to see what it says.';
    return 'Select a step to see and change what it says.';
  }

  draw(field) {
    const drawn = control(field, (value) => this.write(drawn, value));
    drawn.write = field.write;
    drawn.value = field.value;
    return drawn;
  }

  write(drawn, value) {
    if (value === drawn.value) return;
    drawn.value = value;
    const outcome = drawn.write(value);
    if (outcome?.dropped?.length) this.announce(`Changed. This kind of step has no use for ${outcome.dropped.join(' and ')}: taken off. Undo brings it back.`);
  }

  // --------------------------------------------------- adding, joining, deleting

  actions() {
    const { element } = this;
    const box = make('div', { class: 'cw-panel__actions' });
    if (is(element, 'bpmn:Lane') || is(element, 'bpmn:Participant')) {
      box.append(this.adder('Add in this role', (kind) => add(this.tools, kind, element), KINDS.filter((kind) => kind.group && kind.family !== 'edge')));
    } else if (is(element, 'bpmn:SubProcess')) {
      box.append(this.adder('Add inside', (kind) => add(this.tools, kind, element), KINDS.filter((kind) => kind.group && kind.family !== 'edge'), 'inside'));
    }
    if (is(element, 'bpmn:FlowNode') && !is(element, 'bpmn:EndEvent')) box.append(this.after(), this.joiner());
    if (!is(element, 'bpmn:Participant')) box.append(button('Delete', 'delete', () => this.remove(), { look: 'warning' }));
    return [box];
  }

  after() {
    const kinds = KINDS.filter((kind) => kind.group && !['start', 'whenever'].includes(kind.family)
      && (kind.family !== 'edge' || canHold(kind, this.element)));
    return this.adder('Add after this', (kind) => addAfter(this.tools, kind, this.element), kinds, 'after');
  }

  adder(words, draw, kinds, name = 'in') {
    const id = `cw-add-${name}`;
    const list = make('select', { class: 'govuk-select', id, 'data-testid': `add-${name}` }, ...grouped(kinds));
    const run = () => {
      const kind = KINDS.find((one) => one.key === list.value);
      const made = draw(kind);
      this.announce(made ? `Added: ${kind.words}. Give it a name.` : 'That cannot follow here.');
      if (made) document.getElementById('cw-field-name')?.focus();
    };
    return make('div', { class: 'govuk-form-group cw-field' }, make('label', { class: 'govuk-label', for: id }, words),
      make('div', { class: 'cw-panel__pair' }, list, button('Add', `add-${name}-button`, run, { 'aria-label': words })));
  }

  joiner() {
    this.joinList = make('select', { class: 'govuk-select', id: 'cw-join', 'data-testid': 'join' });
    const run = () => {
      const target = this.tools.elementRegistry.get(this.joinList.value);
      if (!target) return;
      join(this.tools, this.element, target);
      this.announce(`Joined ${nameOf(this.element)} to ${nameOf(target)}.`);
    };
    return make('div', { class: 'govuk-form-group cw-field' }, make('label', { class: 'govuk-label', for: 'cw-join' }, 'Join to'),
      make('div', { class: 'cw-panel__pair' }, this.joinList, button('Join', 'join-button', run, { 'aria-label': 'Join to the chosen step' })));
  }

  fillJoin() {
    if (!this.joinList?.isConnected) return;
    const targets = this.tools.elementRegistry.filter((other) => mayJoin(this.tools, this.element, other)).sort(byPlace);
    fill(this.joinList, [['', targets]], 'Choose a step');
  }

  remove() {
    const words = nameOf(this.element);
    remove(this.tools, this.element);
    this.announce(`Deleted: ${words}. Undo brings it back.`);
    this.focus();
  }

  fillPicker() {
    const all = this.tools.elementRegistry.filter((element) => !element.labelTarget);
    fill(this.picker, GROUPS.map(([words, test]) => [words, all.filter(test).sort(byPlace)]), 'Choose');
    this.picker.value = this.element?.id ?? '';
  }
}

/** The rarer kinds stand under a heading of their own. */
function grouped(kinds) {
  const option = (kind) => make('option', { value: kind.key }, kind.words);
  const more = kinds.filter((kind) => kind.group === MORE);
  return [...kinds.filter((kind) => kind.group !== MORE).map(option), ...(more.length ? [make('optgroup', { label: MORE }, ...more.map(option))] : [])];
}

const shapeOf = (fields) => JSON.stringify(fields.map(({ key, kind, label, hint, options, suggestions }) => [key, kind, label, hint, options, suggestions]));
const byPlace = (a, b) => (a.x ?? 0) - (b.x ?? 0) || nameOf(a).localeCompare(nameOf(b));

function fill(list, groups, first) {
  const said = JSON.stringify(groups.map(([words, elements]) => [words, elements.map((element) => [element.id, nameOf(element)])]));
  if (list.dataset.said === said) return;
  list.dataset.said = said;
  const options = (elements) => elements.map((element) => make('option', { value: element.id }, nameOf(element)));
  list.replaceChildren(make('option', { value: '' }, first), ...groups.filter(([, elements]) => elements.length)
    .flatMap(([words, elements]) => (words ? [make('optgroup', { label: words }, ...options(elements))] : options(elements))));
}

/** The same facts without controls, where nothing may be changed. */
function summary(fields) {
  const said = (field) => {
    if (field.kind === 'tick') return field.value ? 'Yes' : 'No';
    return field.options?.find((option) => option.value === field.value && option.value)?.label ?? field.value;
  };
  const rows = fields.filter((field) => said(field)).map((field) => make('div', { class: 'govuk-summary-list__row' },
    make('dt', { class: 'govuk-summary-list__key' }, field.label), make('dd', { class: 'govuk-summary-list__value' }, said(field))));
  return make('dl', { class: 'govuk-summary-list cw-panel__summary' }, ...rows);
}
