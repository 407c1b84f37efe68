// Everything here is comfort: every screen works without it.

/** Fills in the texts that changed, and counts what is new. */
function listen(/** @type {string} */ screen) {
  const state = document.querySelector('[data-live-state]');
  const source = new EventSource(`/console/events?screen=${encodeURIComponent(screen)}`);
  source.addEventListener('open', () => {
    if (state !== null) state.textContent = 'Live.';
  });
  source.addEventListener('error', () => {
    if (state !== null) state.textContent = 'Not live: reconnecting.';
  });
  source.addEventListener('texts', ({ data }) => {
    /** @type {Record<string, string>} */
    const texts = JSON.parse(data);
    for (const element of document.querySelectorAll('[data-live]')) {
      const text = texts[element.getAttribute('data-live') ?? ''];
      if (text !== undefined && element.textContent !== text) element.textContent = text;
    }
  });
}

const screen = document.body.dataset.liveScreen;
if (screen !== undefined) listen(screen);
