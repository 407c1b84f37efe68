// Everything here is optional: every screen works without it.

/** @param {string} text */
const say = (text) => {
  for (const element of document.querySelectorAll('[data-live-state]')) element.textContent = text;
};

/** Fills in the texts that changed. @param {Record<string, string>} texts */
function fillIn(texts) {
  for (const element of document.querySelectorAll('[data-live]')) {
    const text = texts[element.getAttribute('data-live') ?? ''];
    if (text !== undefined && element.textContent !== text) element.textContent = text;
  }
  for (const element of document.querySelectorAll('[data-live-class]')) {
    const name = texts[element.getAttribute('data-live-class') ?? ''];
    if (name !== undefined) element.setAttribute('class', name);
  }
  for (const element of document.querySelectorAll('[data-live-width]')) {
    const width = texts[element.getAttribute('data-live-width') ?? ''];
    if (width !== undefined) element.setAttribute('width', width);
  }
}

/** Rows never jump: a line says how many are new, and a link loads them. */
class News {
  isPaused = false;
  /** @type {Record<string, number>} */
  #counts = {};

  /** @param {Record<string, number>} counts */
  add(counts) {
    for (const [what, by] of Object.entries(counts)) this.#counts[what] = (this.#counts[what] ?? 0) + by;
    this.show();
  }

  show() {
    for (const element of document.querySelectorAll('[data-news]')) {
      const what = element.getAttribute('data-news') ?? '';
      const count = this.#counts[what] ?? 0;
      if (this.isPaused || count === 0) continue;
      const link = document.createElement('a');
      link.href = location.href;
      link.textContent = count === 1 ? `1 new ${what.replace(/s$/, '')}` : `${count} new ${what}`;
      element.replaceChildren(link);
    }
  }
}

/** @param {string} screen */
function listen(screen) {
  const news = new News();
  const source = new EventSource(`/console/events?screen=${encodeURIComponent(screen)}`);
  source.addEventListener('open', () => say('Live.'));
  source.addEventListener('error', () =>
    say(source.readyState === EventSource.CLOSED ? 'Not live: reload the page.' : 'Not live: reconnecting.'),
  );
  source.addEventListener('texts', ({ data }) => fillIn(JSON.parse(data)));
  source.addEventListener('counts', ({ data }) => news.add(JSON.parse(data)));
  source.addEventListener('missed', () => say('Live again: load the page to see what happened in the meantime.'));
  for (const button of document.querySelectorAll('button[data-pause]')) {
    button.removeAttribute('hidden');
    button.addEventListener('click', () => {
      news.isPaused = !news.isPaused;
      button.setAttribute('aria-pressed', String(news.isPaused));
      news.show();
    });
  }
}

/** A `data-copy` button copies the text of the element that it names. */
function offerCopying() {
  if (navigator.clipboard === undefined) return;
  for (const button of document.querySelectorAll('button[data-copy]')) {
    button.removeAttribute('hidden');
    button.addEventListener('click', async () => {
      const text = document.getElementById(button.getAttribute('data-copy') ?? '')?.textContent ?? '';
      await navigator.clipboard.writeText(text).then(
        () => say('Copied.'),
        () => say('The browser does not allow copying here.'),
      );
    });
  }
}

/** Filters take effect when they change; empty ones are kept out of the address. */
function applyFilters() {
  for (const form of document.querySelectorAll('form[data-filter]')) {
    if (!(form instanceof HTMLFormElement)) continue;
    form.addEventListener('submit', () => {
      for (const field of form.querySelectorAll('input[name], select[name]')) {
        if ((field instanceof HTMLInputElement || field instanceof HTMLSelectElement) && field.value === '')
          field.disabled = true;
      }
    });
    form.addEventListener('change', ({ target }) => {
      if (target instanceof HTMLSelectElement) form.requestSubmit();
    });
  }
}

/** `/` searches; `j`, `k` and Enter move through the rows that lead somewhere. */
function followKeys() {
  const rows = () => [...document.querySelectorAll('[data-rows] tbody tr, [data-rows] > li')];
  /** @param {number} by */
  const move = (by) => {
    const links = rows().flatMap((row) => row.querySelector('a[href]') ?? []);
    const at = links.indexOf(/** @type {Element} */ (document.activeElement));
    const next = links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))];
    if (next instanceof HTMLElement) next.focus();
  };
  document.addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof Element && target.matches('input, select, textarea, [contenteditable]')) return;
    const search = document.querySelector('[data-search]');
    // Before the sign-in there is no search.
    if (key === '/' && search instanceof HTMLElement) search.focus();
    else if (key === 'j') move(1);
    else if (key === 'k') move(-1);
    else return;
    event.preventDefault();
  });
}

offerCopying();
applyFilters();
followKeys();
const screen = document.body.dataset.liveScreen;
if (screen !== undefined) listen(screen);
