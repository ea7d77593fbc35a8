/** Shows what the checker found: a list of links below the drawing and a mark on each element. */
import { make } from './dom.js';

const MARKS = { error: 'cw-finding-error', warning: 'cw-finding-warning' };
const WORDS = { error: 'Must be put right', warning: 'Worth a look' };

export class Findings {
  constructor({ tools, box, goTo }) {
    Object.assign(this, { tools, box, goTo });
    this.marked = [];
    this.list = [];
    box.classList.add('cw-findings');
    box.setAttribute('data-testid', 'findings');
  }

  show(findings) {
    this.list = findings ?? [];
    this.clearMarks();
    this.list.forEach((finding) => this.mark(finding));
    this.box.replaceChildren(make('h2', { class: 'govuk-heading-m' }, heading(this.list)));
    if (this.list.length) this.box.append(make('ul', { class: 'cw-findings__list' }, ...this.list.map((finding) => this.item(finding))));
  }

  mark({ element, severity }) {
    if (!this.tools.elementRegistry.get(element)) return;
    this.tools.canvas.addMarker(element, MARKS[severity] ?? MARKS.warning);
    this.marked.push([element, MARKS[severity] ?? MARKS.warning]);
  }

  clearMarks() {
    this.marked.filter(([element]) => this.tools.elementRegistry.get(element)).forEach(([element, mark]) => this.tools.canvas.removeMarker(element, mark));
    this.marked = [];
  }

  item({ severity, element, name, sentence, mend }) {
    const drawn = element && this.tools.elementRegistry.get(element);
    const words = name || element || 'The whole diagram';
    const where = drawn
      ? make('a', { class: 'govuk-link', href: '#cw-panel-heading', 'data-element': element, onclick: (event) => { event.preventDefault(); this.goTo(element); } }, words)
      : make('strong', {}, words);
    return make('li', { class: 'cw-findings__item' },
      make('span', { class: `cw-tag ${severity === 'error' ? 'cw-tag--late' : 'cw-tag--soon'}` }, WORDS[severity] ?? WORDS.warning), ' ', where, ': ', sentence,
      mend ? make('span', { class: 'cw-findings__mend' }, ` ${mend}`) : null);
  }
}

function heading(findings) {
  if (!findings.length) return 'Nothing to put right';
  return findings.length === 1 ? '1 thing found' : `${findings.length} things found`;
}
