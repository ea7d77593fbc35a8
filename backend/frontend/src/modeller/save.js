/** Sends the drawing to the server and never loses it: whatever goes wrong, it stays on screen and a copy stays in this browser. */

const KEPT = 'Your drawing is still here, and a copy is kept in this browser.';
const SENTENCES = {
  offline: `The drawing could not be sent: there is no connection. ${KEPT} Try Save again in a moment.`,
  signedOut: `The drawing was not saved: you have been signed out. ${KEPT} Sign in again in another tab, then reload this page and take up the copy.`,
  refused: `The drawing was not saved: you may not change this diagram, or you signed in again elsewhere. ${KEPT} Reload this page and take up the copy.`,
  overtaken: `Somebody else saved this diagram while you were drawing. ${KEPT}`,
  tooLarge: `The drawing was not saved: it is too large. ${KEPT}`,
  broken: `The drawing was not saved: something went wrong on our side. ${KEPT} Try Save again in a moment.`,
};

/** Posts JSON and returns {ok, status, answer, sentence}. Never throws. */
export async function post(url, csrf, content) {
  let response;
  try {
    response = await fetch(url, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrf },
      body: JSON.stringify(content),
    });
  } catch {
    return { ok: false, status: 0, answer: {}, sentence: SENTENCES.offline };
  }
  const answer = await response.json().catch(() => null);
  const ok = response.ok && answer !== null && !response.redirected;
  return { ok, status: response.status, answer: answer ?? {}, sentence: ok ? '' : sentenceFor(response, answer) };
}

function sentenceFor(response, answer) {
  if (response.redirected || response.status === 401) return SENTENCES.signedOut;
  if (answer?.sentence) return `${answer.sentence} ${answer.sentence.includes('copy') ? '' : KEPT}`.trim();
  if (response.status === 403) return SENTENCES.refused;
  if (response.status === 409) return SENTENCES.overtaken;
  if (response.status === 413) return SENTENCES.tooLarge;
  return SENTENCES.broken;
}

/** The copy in this browser. A browser that keeps nothing (private window, full disk) is no reason to stop. */
export class Copy {
  constructor(saveUrl) {
    this.key = `caseway-diagram:${saveUrl}`;
  }

  keep(xml, revision) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ xml, revision, at: new Date().toISOString() }));
      return true;
    } catch {
      return false;
    }
  }

  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key));
      return typeof kept?.xml === 'string' ? kept : null;
    } catch {
      return null;
    }
  }

  drop() {
    try {
      localStorage.removeItem(this.key);
    } catch { /* nothing was kept */ }
  }
}

export class Saver {
  constructor({ data, copy, readXml }) {
    Object.assign(this, { data, copy, readXml });
    this.revision = data.revision;
    this.unsaved = false;
    this.changes = 0;
    globalThis.addEventListener('beforeunload', (event) => { if (this.unsaved) event.preventDefault(); });
  }

  /** Called after every change: keeps a copy as soon as the person pauses. */
  changed() {
    this.unsaved = true;
    this.changes += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepCopy(), 400);
  }

  async keepCopy() {
    if (this.unsaved) this.copy.keep(await this.readXml(), this.revision);
  }

  async save() {
    const reading = this.readXml(); // takes over at once what is still being typed
    const upTo = this.changes;
    const xml = await reading;
    this.copy.keep(xml, this.revision);
    const outcome = await post(this.data.saveUrl, this.data.csrf, { xml, revision: this.revision });
    if (!outcome.ok) return outcome;
    this.revision = outcome.answer.revision;
    if (this.changes === upTo) {
      this.unsaved = false;
      clearTimeout(this.timer);
      this.copy.drop();
    } else {
      this.copy.keep(await this.readXml(), this.revision);
    }
    return outcome;
  }

  async check() {
    return post(this.data.checkUrl, this.data.csrf, { xml: await this.readXml(), revision: this.revision });
  }
}
