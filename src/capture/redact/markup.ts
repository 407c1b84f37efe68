/** HTML keeps its tags and its entities; what people wrote, addresses in attributes among it, goes through `replace`. */
export function replaceInMarkup(text: string, replace: (text: string) => string): string {
  if (!/[<&]/.test(text)) return replace(text);
  return text.replace(/<[^<>]*>|&(?:[a-z][a-z0-9]{1,30}|#x?[0-9a-f]{1,6});|[^<&]+|[<&]/gi, (piece) => {
    if (piece.startsWith('&') && piece.length > 1) return piece;
    if (!piece.startsWith('<') || piece.length === 1) return replace(piece);
    return isTag(piece) ? replaceInTag(piece, replace) : replace(piece);
  });
}

const TAGS = new Set(
  (
    'a abbr address article aside b big blockquote body br caption center cite code col colgroup dd del details div dl dt em ' +
    'figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label li link main mark ' +
    'meta nav object ol p pre q s samp script section small span strike strong style sub summary sup table tbody td tfoot th ' +
    'thead title tr tt u ul var wbr'
  ).split(' '),
);
/** Attributes whose values are of no person's making. */
const PLAIN_ATTRIBUTES =
  /^(?:align|border|cellpadding|cellspacing|class|color|colspan|dir|height|rel|rowspan|style|target|valign|width)$/i;

function isTag(piece: string): boolean {
  const name = /^<\/?([a-z][a-z0-9]*)(?=[\s/>])/i.exec(piece)?.[1];
  return name !== undefined && TAGS.has(name.toLowerCase());
}

function replaceInTag(tag: string, replace: (text: string) => string): string {
  return tag.replace(
    /([a-z][a-z0-9-]*)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/gi,
    (whole, name: string, equals: string, value: string) =>
      PLAIN_ATTRIBUTES.test(name) ? whole : name + equals + replaceTarget(value, replace),
  );
}

/** The scheme of a link says what it is, not whose. */
function replaceTarget(value: string, replace: (text: string) => string): string {
  const scheme = /^["']?\s*(?:mailto|tel|sms):/i.exec(value)?.[0] ?? '';
  return scheme + replace(value.slice(scheme.length));
}
