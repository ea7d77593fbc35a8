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

/** Keep what is typed in a task, a moment after the last key. The server keeps it without checking it. */
for (const form of document.querySelectorAll('form[data-draft]')) {
  let timer;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      fetch(form.dataset.draft, { method: 'POST', body: new FormData(form), headers: { Accept: 'application/json' } }).catch(() => {});
    }, 1500);
  });
}
