/** The drawing page: puts the drawing, its toolbar, the list of things to draw, the form and the findings together. */
import './modeller.css';
import { gather, open, plainWarning } from './opening.js';
import { palette } from './palette.js';
import { Panel } from './panel.js';
import { Findings } from './findings.js';
import { Copy, Saver } from './save.js';
import { TogetherHandler } from './words.js';
import { button, make } from './dom.js';

const NO_CATALOGUE = { roles: [], forms: [], promises: [], operations: [], tables: [], messages: [], processes: [], groups: [], signals: [], escalations: [], errors: [] };
const READABLE = 0.7;

// ------------------------------------------------------------------------ the page

class Page {
  constructor(data, canvas, panel) {
    Object.assign(this, { data, canvas, panelBox: panel });
    this.catalogue = { ...NO_CATALOGUE, ...data.catalogue };
    this.copy = new Copy(data.saveUrl);
    this.status = make('p', { class: 'cw-toolbar__status', role: 'status', 'aria-live': 'polite', 'data-testid': 'status' });
    this.notices = make('div', { class: 'cw-notices', role: 'region', 'aria-label': 'Messages', 'aria-live': 'assertive', 'data-testid': 'notices' });
    this.toolbar = make('div', { class: 'cw-toolbar', role: 'group', 'aria-label': 'Drawing tools' });
    this.side = make('div', { class: 'cw-modeller__side' });
    this.findingsBox = make('section', { class: 'cw-modeller__findings', 'aria-label': 'What the check found' });
    this.shell = make('div', { class: 'cw-modeller' });
    canvas.before(this.shell);
    this.shell.append(this.toolbar, this.notices, this.side, canvas, panel, this.findingsBox);
    canvas.setAttribute('role', 'group');
    canvas.setAttribute('aria-label', 'The diagram. To work without a mouse, use “Go to a step, arrow or role” after it.');
  }

  async start() {
    const { drawing, lost, failed } = await open(this.canvas, this.data.xml, this.data.readOnly);
    if (!drawing) return this.cannotOpen(failed);
    this.drawing = drawing;
    this.readOnly = this.data.readOnly || lost.length > 0;
    this.tools = gather(drawing, this.readOnly);
    if (this.readOnly) this.lookOnly(lost);
    else this.makeEditable();
    this.panel = new Panel({ tools: this.tools, box: this.panelBox, catalogue: this.catalogue, readOnly: this.readOnly, announce: (words) => this.announce(words) });
    this.findings = new Findings({ tools: this.tools, box: this.findingsBox, goTo: (id) => this.goTo(id) });
    if (this.data.findings) this.findings.show(this.data.findings);
    this.nameTheDrawing();
    this.firstLook();
    return undefined;
  }

  nameTheDrawing() {
    const svg = this.canvas.querySelector('svg[tabindex], .djs-container > svg');
    svg?.setAttribute('role', 'group');
    svg?.setAttribute('aria-label', `Diagram: ${this.data.process ?? 'procedure'}`);
  }

  announce(words) {
    this.status.textContent = words;
  }

  notice(kind, words, ...more) {
    const box = make('div', { class: `cw-notice cw-notice--${kind}` }, make('p', { class: 'govuk-body' }, words), ...more);
    this.notices.replaceChildren(box);
    return box;
  }

  // ------------------------------------------------------------ looking and editing

  cannotOpen(failed) {
    this.notice('error', 'This diagram cannot be shown, so it cannot be changed here. Nothing was altered. Please pass this to whoever looks after Caseway:', make('p', { class: 'govuk-body' }, failed));
    this.canvas.hidden = true;
    this.panelBox.hidden = true;
  }

  lookOnly(lost) {
    if (!lost.length) {
      this.announce('You can look at this diagram but not change it.');
    } else {
      this.notice('error', 'You can look at this diagram but not change it here: it holds something this page does not know, which saving would lose.',
        make('ul', { class: 'govuk-list govuk-list--bullet' }, ...lost.map((words) => make('li', {}, plainWarning(words)))));
    }
    this.side.remove();
    this.shell.classList.add('cw-modeller--reading');
    this.toolbar.append(...this.zoomButtons(), this.status);
  }

  makeEditable() {
    Object.assign(this.drawing.get('casewayTools'), this.tools);
    this.tools.commandStack.registerHandler('caseway.together', TogetherHandler);
    this.saver = new Saver({ data: this.data, copy: this.copy, readXml: () => this.readXml() });
    this.cutIsOff();
    this.fillToolbar();
    this.side.append(palette(this.tools, (words) => this.announce(words)));
    this.tools.eventBus.on('commandStack.changed', () => this.changed());
    this.canvas.addEventListener('keydown', pressOnPad);
    document.addEventListener('keydown', (event) => this.keys(event));
    this.offerCopy();
  }

  /** Cutting and pasting would give the step a new id, and running cases would lose their place. */
  cutIsOff() {
    this.tools.editorActions.unregister('cut');
    this.tools.editorActions.register({ cut: () => this.announce('Cutting is off, so that running cases keep their place. Move the step, or copy it.') });
  }

  async readXml() {
    this.panel?.commit();
    const { xml } = await this.drawing.saveXML({ format: true });
    return xml;
  }

  fillToolbar() {
    const { editorActions, spaceTool } = this.tools;
    this.undo = button('Undo', 'undo', () => editorActions.trigger('undo'));
    this.redo = button('Redo', 'redo', () => editorActions.trigger('redo'));
    this.toolbar.append(
      button('Save', 'save', () => this.save(), { look: null }),
      ...(this.data.checkUrl ? [button('Check', 'check', () => this.check())] : []),
      this.undo, this.redo, ...this.zoomButtons(),
      button('Make room', 'room', (event) => spaceTool.activateSelection(event, true)),
      this.status,
    );
    this.undoButtons();
  }

  zoomButtons() {
    return [
      button('Zoom out', 'zoom-out', () => this.tools.zoomScroll.stepZoom(-1)),
      button('Zoom in', 'zoom-in', () => this.tools.zoomScroll.stepZoom(1)),
      button('See all', 'zoom-fit', () => this.fit()),
    ];
  }

  fit() {
    const { canvas } = this.tools;
    canvas.resized();
    if (canvas.viewbox().inner.width) canvas.zoom('fit-viewport', 'auto');
  }

  /** On opening, a diagram too wide to be read whole shows its beginning at a size that can be read. */
  firstLook() {
    this.fit();
    const { canvas } = this.tools;
    if (canvas.zoom() >= READABLE) return;
    const { inner, outer } = canvas.viewbox();
    const [width, height] = [outer.width / READABLE, outer.height / READABLE];
    canvas.viewbox({ x: inner.x - 20, y: inner.height > height ? inner.y - 20 : inner.y - (height - inner.height) / 2, width, height });
  }

  undoButtons() {
    const { commandStack } = this.tools;
    const usable = (control, may) => control.setAttribute('aria-disabled', String(!may));
    usable(this.undo, commandStack.canUndo());
    usable(this.redo, commandStack.canRedo());
  }

  changed() {
    this.saver.changed();
    this.undoButtons();
    this.announce('Not saved yet');
  }

  keys(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
      event.preventDefault();
      this.save();
    }
  }

  goTo(id) {
    const element = this.tools.elementRegistry.get(id);
    if (!element) return;
    this.tools.selection.select(element);
    centre(this.tools.canvas, element);
    this.panel.focus();
  }

  // --------------------------------------------------------------- saving, checking

  async save() {
    if (this.saving) return;
    this.saving = true;
    this.announce('Saving');
    try {
      const outcome = await this.saver.save();
      if (outcome.answer.findings) this.findings.show(outcome.answer.findings);
      if (outcome.ok) this.saved(outcome.answer);
      else this.notSaved(outcome);
    } catch {
      this.notSaved({ sentence: 'The drawing could not be put into a file, so it was not sent. Undo the last change and try again.' });
    } finally {
      this.saving = false;
    }
  }

  saved(answer) {
    this.notices.replaceChildren();
    this.announce(this.saver.unsaved ? 'Saved, but you have drawn more since: save again' : `Saved ${when(answer.saved_at)}`);
  }

  notSaved({ status, sentence, answer }) {
    this.announce('Not saved');
    const actions = make('div', { class: 'cw-notice__actions' }, button('Keep a copy as a file', 'download', () => this.download()));
    if (status === 409) actions.append(button('Open their version', 'reload', () => { this.saver.unsaved = false; globalThis.location.reload(); }));
    if (status === 409 && answer?.revision) actions.append(button('Save mine over theirs', 'overwrite', () => { this.saver.revision = answer.revision; this.save(); }, { look: 'warning' }));
    this.notice('error', sentence, actions);
  }

  async check() {
    this.announce('Checking');
    const outcome = await this.saver.check();
    if (!outcome.ok && !outcome.answer.findings) return this.announce('The check could not be made. Try again in a moment.');
    this.findings.show(outcome.answer.findings ?? []);
    return this.announce(outcome.answer.findings?.length ? 'Checked: see the list below the diagram' : 'Checked: nothing to put right');
  }

  async download() {
    const url = URL.createObjectURL(new Blob([await this.readXml()], { type: 'application/xml' }));
    const link = make('a', { href: url, download: `${this.data.process ?? 'diagram'}.bpmn` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  // ------------------------------------------------------------- the copy kept here

  offerCopy() {
    const kept = this.copy.read();
    if (!kept || kept.xml === this.data.xml) return;
    const older = kept.revision !== this.data.revision ? ' Somebody has saved this diagram since: saving your copy will tell you so first.' : '';
    this.notice('plain', `This browser kept a drawing of yours from ${when(kept.at)} that was not saved.${older}`, make('div', { class: 'cw-notice__actions' },
      button('Take it up again', 'take-copy', () => this.takeCopy(kept)),
      button('Throw it away', 'drop-copy', () => { this.copy.drop(); this.notices.replaceChildren(); this.announce('Thrown away'); })));
  }

  async takeCopy(kept) {
    try {
      const { warnings } = await this.drawing.importXML(kept.xml);
      if (warnings.length) throw new Error('the copy is not whole');
    } catch {
      await this.drawing.importXML(this.data.xml);
      this.notice('error', 'The copy could not be opened. You see the saved version.');
      return;
    }
    this.saver.revision = kept.revision;
    this.saver.changed();
    this.notices.replaceChildren();
    this.nameTheDrawing();
    this.firstLook();
    this.announce('Your copy is open and not saved yet');
  }
}

/** The pad's buttons are not native ones: Enter and Space must press them too. */
function pressOnPad(event) {
  if ((event.key === 'Enter' || event.key === ' ') && event.target.matches('.djs-context-pad .entry')) {
    event.preventDefault();
    event.target.click();
  }
}

function centre(canvas, element) {
  const box = canvas.viewbox();
  const at = element.width ? { x: element.x + element.width / 2, y: element.y + element.height / 2 } : element.waypoints[Math.floor(element.waypoints.length / 2)];
  canvas.viewbox({ x: at.x - box.width / 2, y: at.y - box.height / 2, width: box.width, height: box.height });
}

function when(moment) {
  const date = new Date(moment ?? Date.now());
  if (Number.isNaN(date.getTime())) return String(moment);
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long' })} at ${date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
}

const source = document.getElementById('modeller-data');
if (source) new Page(JSON.parse(source.textContent), document.getElementById('canvas'), document.getElementById('panel')).start();
