import sanitizeHtml from 'sanitize-html';

/** What a HubSpot text holds, and what is left of a longer one (HubSpot's usage guidelines: 65,536 characters). */
export const longestBody = 65_536;
export const cutMarker = '<p><em>[cut here: the text is longer than the CRM keeps]</em></p>';

/** More than this is cut before it is looked at, so that one request cannot keep the process busy. */
const mostRead = 500_000;
const deepest = 50;

/**
 * A text or HTML as clean HTML that the CRM may show: no scripts, no forms, no styles, and no images, since the CRM would load
 * tracking pixels and count each look at the record as an opened e-mail. At most {@link longestBody} characters, `opening` included.
 *
 * @param opening HTML of our own that stands in front.
 */
export function toHtmlBody(text: string, opening = ''): string {
  const html = isHtml(text) ? clean(text.slice(0, mostRead)) : textToHtml(text.slice(0, mostRead));
  if (text.length <= mostRead && opening.length + html.length <= longestBody) return opening + html;
  return opening + cutHtml(html, longestBody - opening.length - cutMarker.length) + cutMarker;
}

/**
 * HTML of the CRM as Enginy may have sent it: what is nothing but text and line breaks is given back as text, anything else as
 * it is. So a text that was written by {@link toHtmlBody} comes back unchanged.
 */
export function fromHtmlBody(html: string): string {
  const text = html.replace(/<br\s*\/?>/gi, '\n');
  return /<[a-z/!]/i.test(text) ? html : unescapeHtml(text);
}

/** Text with the characters escaped that HTML gives a meaning. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function unescapeHtml(html: string): string {
  return html.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (entity) => {
    if (entity === '&nbsp;') return ' ';
    return Object.entries(entities).find(([, written]) => written === entity)?.[0] ?? entity;
  });
}

const knownTags = new Set([
  ...sanitizeHtml.defaults.allowedTags,
  ...[
    'html',
    'head',
    'body',
    'style',
    'script',
    'title',
    'meta',
    'link',
    'base',
    'img',
    'font',
    'center',
    'form',
    'input',
  ],
  ...[
    'button',
    'select',
    'textarea',
    'iframe',
    'object',
    'embed',
    'svg',
    'math',
    'video',
    'audio',
    'del',
    'ins',
    'strike',
  ],
]);

/** `John <john@example.com>` is text: only a tag that HTML knows makes it HTML. What is not HTML is escaped, so it is harmless. */
function isHtml(text: string): boolean {
  if (/<!--|<!doctype|&(?:[a-z]{2,8}|#\d{1,6});/i.test(text)) return true;
  const names = [...text.matchAll(/<\/?([a-z][a-z0-9]*)\b[^<>@]*>/gi)].map(([, name = '']) => name.toLowerCase());
  return names.some((name) => knownTags.has(name));
}

function textToHtml(text: string): string {
  return escapeHtml(text.trim()).replace(/\r\n?|\n/g, '<br>');
}

function clean(html: string): string {
  // The parser's time grows with the square of the depth; nobody writes a letter this deep.
  if (isTooDeep(html)) return textToHtml(html.replace(/<[^<>]*>/g, ' '));
  return sanitizeHtml(html, {
    allowedTags: sanitizeHtml.defaults.allowedTags,
    allowedAttributes: { a: ['href'] },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    nestingLimit: deepest,
  }).trim();
}

const selfClosing = /^(?:area|base|br|col|embed|hr|img|input|link|meta|p|li|td|th|tr|dt|dd|option|source|wbr)$/i;
const mostOpen = 1_000;

function isTooDeep(html: string): boolean {
  let open = 0;
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    if (selfClosing.test(name)) continue;
    open = slash === '/' ? Math.max(0, open - 1) : open + 1;
    if (open > mostOpen) return true;
  }
  return false;
}

/** Cut so that no tag, entity or character is left in halves and everything is closed. Takes clean HTML. */
function cutHtml(html: string, limit: number): string {
  let end = limit;
  for (;;) {
    const cut = clean(wholeUntil(html, end));
    if (cut.length <= limit || end <= 0) return cut.length <= limit ? cut : '';
    // Closing tags made it longer again.
    end -= cut.length - limit;
  }
}

function wholeUntil(html: string, end: number): string {
  const last = html.charCodeAt(end - 1);
  const isHalfCharacter = last >= 0xd800 && last <= 0xdbff;
  return html
    .slice(0, isHalfCharacter ? end - 1 : end)
    .replace(/<[^<>]*$/, '')
    .replace(/&[a-z0-9#]{0,10}$/i, '');
}
