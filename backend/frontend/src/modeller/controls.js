/** Draws one field as a labelled GOV.UK control. Knows how a control looks, not what it means. */
import { make } from './dom.js';

/** Returns {node, control, show(value), said()}; change(value) is called when a person has finished a change. */
export function control(field, change) {
  const id = `cw-field-${field.key}`;
  const hintId = field.hint ? `${id}-hint` : null;
  const drawn = MAKERS[field.kind](field, id, hintId);
  drawn.input?.addEventListener('change', () => change(drawn.said()));
  return drawn;
}

const label = (field, id) => make('label', { class: 'govuk-label', for: id }, field.label);
const hint = (field, hintId) => (hintId ? make('div', { class: 'govuk-hint', id: hintId }, field.hint) : null);
const holder = (...children) => make('div', { class: 'govuk-form-group cw-field' }, ...children);
const common = (field, id, hintId) => ({ id, name: field.key, 'data-testid': `field-${field.key}`, 'aria-describedby': hintId });

function textual(tag, classes, attributes = {}) {
  return (field, id, hintId) => {
    const input = make(tag, { class: classes, autocomplete: 'off', spellcheck: tag === 'textarea' ? 'true' : 'false', ...common(field, id, hintId), ...attributes, rows: field.rows });
    input.value = field.value;
    const list = field.suggestions ? make('datalist', { id: `${id}-list` }, ...field.suggestions.map((value) => make('option', { value }))) : null;
    if (list) input.setAttribute('list', list.id);
    return { node: holder(label(field, id), hint(field, hintId), input, list), input, show: (value) => { input.value = value; }, said: () => input.value.trim() };
  };
}

const options = (list) => list.map((option) => make('option', { value: option.value }, option.label));

function select(field, id, hintId) {
  const input = make('select', { class: 'govuk-select', ...common(field, id, hintId) }, ...options(field.options));
  input.value = field.value;
  return { node: holder(label(field, id), hint(field, hintId), input), input, show: (value) => { input.value = value; }, said: () => input.value };
}

function tick(field, id, hintId) {
  const input = make('input', { class: 'govuk-checkboxes__input', type: 'checkbox', ...common(field, id, hintId) });
  input.checked = field.value;
  const item = make('div', { class: 'govuk-checkboxes__item' }, input, make('label', { class: 'govuk-label govuk-checkboxes__label', for: id }, field.label), hint(field, hintId));
  const node = holder(make('div', { class: 'govuk-checkboxes govuk-checkboxes--small' }, item));
  return { node, input, show: (value) => { input.checked = value; }, said: () => input.checked };
}

function note(field) {
  const said = make('p', { class: 'govuk-body cw-field__note' }, field.value);
  return { node: holder(make('p', { class: 'govuk-label cw-field__title' }, field.label), said), show: (value) => { said.textContent = value; } };
}

const MAKERS = {
  text: textual('input', 'govuk-input', { type: 'text' }),
  area: textual('textarea', 'govuk-textarea'),
  select,
  tick,
  note,
};
