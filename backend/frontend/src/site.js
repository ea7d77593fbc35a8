/** Starts the GOV.UK Frontend components that a page uses. Every page works without it. */
import { initAll } from 'govuk-frontend';

document.body.classList.add('js-enabled');
if ('noModule' in HTMLScriptElement.prototype) {
  document.body.classList.add('govuk-frontend-supported');
}
initAll();
