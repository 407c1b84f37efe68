import { withinReferences } from './encodings.ts';

/** HTML keeps its tags; what people wrote, addresses in attributes among it, goes through `replace`. */
export function replaceInMarkup(text: string, replace: (text: string) => string): string {
  if (!/[<&]/.test(text)) return replace(text);
  return text
    .split(/(<[^<>]{1,4000}>)/)
    .map((piece, index) =>
      index % 2 === 1 && isTag(piece) ? replaceInTag(piece, replace) : withinReferences(piece, replace),
    )
    .join('');
}

/** Tags, attributes, and values to which HTML gives a meaning. */
const htmlWords = new Set(
  (
    'a abbr address article aside b big blockquote body br caption center cite code col colgroup dd del details div dl dt em ' +
    'figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label li link main mark ' +
    'meta nav object ol p pre q s samp script section small span strike strong style sub summary sup table tbody td tfoot th ' +
    'thead title tr tt u ul var wbr ' +
    'align alt bgcolor border cellpadding cellspacing class color colspan content dir face height href lang name rel rowspan size ' +
    'src target type valign width id left right middle top bottom ltr rtl auto _blank noopener nofollow noreferrer'
  ).split(' '),
);
const cssMeasure = /^(?:#[0-9a-f]{3,8}|[\d.]+(?:px|em|rem|pt|%)?)$/i;

function isTag(piece: string): boolean {
  const name = /^<\/?([a-z][a-z0-9]*)(?=[\s/>])/i.exec(piece)?.[1];
  return name !== undefined && htmlWords.has(name.toLowerCase());
}

function replaceInTag(tag: string, replace: (text: string) => string): string {
  const [start = ''] = /^<\/?[a-z][a-z0-9]*/i.exec(tag) ?? [];
  const inside = tag.slice(start.length).replace(/"[^"]*"|'[^']*'|[^\s"'=/>]+/g, (part) => {
    const quote = /^["']/.test(part) ? part.charAt(0) : '';
    const value = quote === '' ? part : part.slice(1, -1);
    if (htmlWords.has(value.toLowerCase()) || cssMeasure.test(value)) return part;
    return quote + replaceTarget(value, replace) + quote;
  });
  return start + inside;
}

/** The scheme of a link says what it is, not whose. */
function replaceTarget(value: string, replace: (text: string) => string): string {
  const scheme = /^\s{0,9}(?:mailto|tel|sms):/i.exec(value)?.[0] ?? '';
  return scheme + withinReferences(value.slice(scheme.length), replace);
}
