/** Builds page elements by DOM calls, so that nothing a person typed is ever read as HTML. */

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function button(words, testid, onclick, extra = {}) {
  const { look = 'secondary', ...rest } = extra;
  const looks = look ? `govuk-button govuk-button--${look} cw-button` : 'govuk-button cw-button';
  return make('button', { type: 'button', class: looks, 'data-testid': testid, onclick, ...rest }, words);
}
