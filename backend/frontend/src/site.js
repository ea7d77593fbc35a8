/** Starts the GOV.UK Frontend components that a page uses. Every page works without it. */
import { initAll } from 'govuk-frontend';

document.body.classList.add('js-enabled');
if ('noModule' in HTMLScriptElement.prototype) {
  document.body.classList.add('govuk-frontend-supported');
}
initAll();

/** Bring the place where the case is into view, in diagrams wider than the page. */
for (const holder of document.querySelectorAll('.cw-diagram')) {
  const here = holder.querySelector('[data-here]');
  if (here) {
    const box = here.getBoundingClientRect();
    const frame = holder.getBoundingClientRect();
    holder.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
    holder.scrollTop += box.top - frame.top - (frame.height - box.height) / 2;
  }
}

/**
 * Keep what is typed in a task, a moment after the last key. The server keeps it without checking it. While there is no
 * connection the words wait in the page and are tried again; nothing is left on a shared machine once the page is gone.
 */
for (const form of document.querySelectorAll('form[data-draft]')) {
  const said = form.querySelector('[data-draft-said]');
  let timer;
  let typed = 0;
  let kept = 0;
  const say = (words) => {
    if (said && said.textContent !== words) said.textContent = words;
  };
  const soon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(keep, wait);
  };
  const send = (keepalive) =>
    fetch(form.dataset.draft, { method: 'POST', body: new FormData(form), headers: { Accept: 'application/json' }, keepalive });

  async function keep() {
    const asOf = typed;
    let answer;
    try {
      answer = await send(false);
    } catch {
      say('Not kept yet: there is no connection. Stay on this page; it is tried again.');
      return soon(5000);
    }
    if (answer.redirected || answer.status === 403) return say('Not kept: you have been signed out. Sign in again in another tab, then type on here.');
    if (answer.status === 404 || answer.status === 409) return say('Not kept: this task is done or no longer yours.');
    if (!answer.ok) {
      say('Not kept yet. Stay on this page; it is tried again.');
      return soon(10000);
    }
    kept = asOf;
    if (typed === kept) say('What you have typed is kept.');
    return undefined;
  }

  form.addEventListener('input', () => {
    typed += 1;
    soon(1500);
  });
  form.addEventListener('submit', (event) => {
    if (navigator.onLine) {
      typed = kept;
      clearTimeout(timer);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    say('There is no connection. What you have typed is still here: press the button again when the connection is back.');
  });
  window.addEventListener('online', () => {
    if (typed !== kept) keep();
  });
  window.addEventListener('pagehide', () => {
    if (typed !== kept) send(true).catch(() => {});
  });
  window.addEventListener('beforeunload', (event) => {
    if (typed !== kept && !navigator.onLine) event.preventDefault();
  });
}

/**
 * Show a letter as it is typed, a moment after the last key. Without this the button shows it. Each look is a new frame, so
 * that none of them is a step back in the browser's history; it stays where the reader was.
 */
for (const form of document.querySelectorAll('form[data-preview]')) {
  let timer;
  let latest = 0;

  async function look() {
    const number = ++latest;
    let answer;
    try {
      answer = await fetch(form.dataset.preview, { method: 'POST', body: new FormData(form) });
    } catch {
      return;
    }
    if (!answer.ok || answer.redirected || number !== latest) return;
    const html = await answer.text();
    if (number !== latest) return;
    const before = form.querySelector('iframe');
    const after = before.cloneNode(false);
    const top = before.contentDocument?.documentElement.scrollTop ?? 0;
    after.addEventListener('load', () => after.contentDocument?.documentElement.scrollTo(0, top));
    after.srcdoc = html;
    before.replaceWith(after);
  }

  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(look, 600);
  });
  form.addEventListener('submit', (event) => {
    if (event.submitter?.hasAttribute('formtarget')) {
      event.preventDefault();
      look();
    }
  });
  look();
}

/** Work that goes on is looked at again every two seconds: the part that says how far it is, and the whole page once it is done. */
async function lookAgain() {
  try {
    const answer = await fetch(window.location.href);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const now = page.querySelector('[data-look-again]');
    if (!now) return window.location.reload();
    document.querySelector('[data-look-again]').replaceWith(now);
  } catch {
    // There is no connection just now.
  }
  return setTimeout(lookAgain, 2000);
}
if (document.querySelector('[data-look-again]')) setTimeout(lookAgain, 2000);
