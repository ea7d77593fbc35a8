/** The list of things to draw: real buttons with words. A mouse picks one up; a key or a tap adds it at the selected step. */
import { KINDS, MORE } from './kinds.js';
import { add, shapesFor } from './drawing.js';
import { make } from './dom.js';

export function palette(tools, announce) {
  const groups = [...new Set(KINDS.map((kind) => kind.group).filter(Boolean))];
  const box = make('details', { class: 'cw-palette', 'data-testid': 'palette' },
    make('summary', { class: 'cw-palette__summary' }, 'Things to draw'),
    make('p', { class: 'cw-palette__hint' },
      'Drag one onto the diagram. Or select a step and press Enter on one of these: it is added after that step.'));
  if (!globalThis.matchMedia('(max-width: 68.75em)').matches) box.open = true;
  for (const group of groups) {
    const entries = KINDS.filter((kind) => kind.group === group).map((kind) => make('li', {}, entry(tools, kind, announce)));
    if (group === MORE) {
      box.append(make('details', { class: 'cw-palette__more', 'data-testid': 'palette-more' },
        make('summary', { class: 'cw-palette__summary cw-palette__heading' }, MORE), make('ul', { class: 'cw-palette__list', 'aria-label': MORE }, ...entries)));
      continue;
    }
    const id = `cw-palette-${group.toLowerCase().replaceAll(' ', '-')}`;
    box.append(make('h2', { class: 'cw-palette__heading', id }, group), make('ul', { class: 'cw-palette__list', 'aria-labelledby': id }, ...entries));
  }
  return box;
}

function entry(tools, kind, announce) {
  const pickUp = (event) => {
    event.preventDefault();
    tools.create.start(event, shapesFor(tools, kind));
  };
  const put = () => {
    const made = add(tools, kind, tools.selection.get()[0] ?? null);
    announce(made ? `Added: ${kind.words}.` : `Select ${kind.ofGroups ? 'the group or called diagram' : 'the step'} first: this sits on its edge.`);
  };
  return make('button', {
    type: 'button',
    class: 'cw-palette__entry',
    draggable: 'true',
    'data-testid': `draw-${kind.key}`,
    ondragstart: pickUp,
    onclick: (event) => (event.detail === 0 || event.pointerType === 'touch' ? put() : pickUp(event)),
  }, make('span', { class: `cw-palette__icon bpmn-icon-${kind.icon}`, 'aria-hidden': 'true' }), kind.words);
}

/** The stock palette and its replace menu are left out: nothing off our list can be picked. */
export default {
  paletteProvider: ['value', null],
  replaceMenuProvider: ['value', null],
};
