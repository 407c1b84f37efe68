import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeHtml, fromHtmlBody, toHtmlBody, toInertText } from '../../src/bridge/timeline/markup/html-body.ts';

const payloads = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=//x.example/x.js></SCRIPT>',
  '<img src=x onerror=alert(1)>',
  '<img/src=x/onerror=alert(1)//',
  '<IMG """><SCRIPT>alert(1)</SCRIPT>">',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><animate onbegin=alert(1) attributeName=x dur=1s>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<math><mi//xlink:href="data:x,<script>alert(4)</script>">',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<template><img src=x onerror=alert(1)></template>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<iframe src=javascript:alert(1)>',
  '<object data=javascript:alert(1)></object>',
  '<embed src=javascript:alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="jav&#x09;ascript:alert(1)">x</a>',
  '<a href=" &#14; javascript:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href=vbscript:x>x</a>',
  '<b onmouseover=alert(1)>x</b>',
  '<b/onmouseover=alert(1)>x</b>',
  '<x onclick=alert(1)>click</x>',
  '<custom-tag tabindex=1 onfocus=alert(1) autofocus>',
  '<body onload=alert(1)>',
  '<style>@import "x"</style>',
  '<style><!--</style><script>alert(1)//--></script>',
  '<p style="background:url(javascript:alert(1))">x</p>',
  '<link rel=stylesheet href=javascript:alert(1)>',
  '<base href="javascript:/a/-alert(1)///">',
  '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<form action=javascript:alert(1)><input type=submit></form>',
  '<button formaction=javascript:alert(1)>x</button>',
  '<input autofocus onfocus=alert(1)>',
  '<textarea><script>alert(1)</script></textarea>',
  '<video><source onerror=alert(1)></video>',
  '<video poster=javascript:alert(1)//></video>',
  '<audio src=x onerror=alert(1)>',
  '<details open ontoggle=alert(1)>',
  '<marquee onstart=alert(1)>',
  '<table background=javascript:alert(1)>',
  '<xmp><img src=x onerror=alert(1)></xmp>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<?xml ?><img src=x onerror=alert(1)>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<<script>alert(1);//<</script>',
  '<img src="x` `<script>alert(1)</script>"` `>',
  '<a title="<" href="javascript:alert(1)">x</a>',
  "<img title='<img src=x onerror=alert(1)>'>",
];

const mutations: readonly ((payload: string) => string)[] = [
  (payload) => payload,
  (payload) => payload.toUpperCase(),
  (payload) => `<p>${payload}</p>`,
  (payload) => `text <b>bold</b> ${payload} <Data> & more`,
  (payload) => `"'>${payload}`,
  (payload) => `--> ]]> </title></style></textarea></script>${payload}`,
  (payload) => payload.replaceAll(' ', '\n'),
  (payload) => payload.replaceAll(' ', '/'),
  (payload) => payload.replaceAll(' ', '\f'),
  (payload) => payload.replaceAll('=', ' = '),
  (payload) => payload.replaceAll('<', '<\u0000'),
  (payload) => payload.replaceAll('>', ''),
  (payload) => payload.replaceAll('"', "'"),
  (payload) => payload.replaceAll('=', '="').replaceAll('>', '">'),
  (payload) => `${payload}${payload}`,
  (payload) => `${'<b>'.repeat(60)}${payload}`,
  (payload) => `<svg><desc>${payload}`,
  (payload) => `<table><tr><td>${payload}</table>`,
  (payload) => `&lt;${payload}&gt;`,
  (payload) => escapeHtml(payload),
  (payload) => escapeHtml(escapeHtml(payload)),
  (payload) => payload.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  (payload) => payload.replaceAll('<', '&#60;').replaceAll('>', '&#x3e;'),
  (payload) => payload.replaceAll('<', '&LT;').replaceAll('>', '&GT'),
  (payload) => `<p>${escapeHtml(payload)}</p>`,
  (payload) => `<i>x</i>\n${escapeHtml(payload)}`,
  (payload) => `<p><strong>LinkedIn message sent</strong></p>${payload}`,
];

/** What clean HTML may contain; anything else with a `<` is a mistake. */
const harmless =
  /<\/?(?:[biuspqa]|h[1-6]|[a-z]{2,10})(?: \/)?>|<a href="(?![^"]{0,9}script:|\s*data:)[^"<>]*">|<a href>/g;

const dangerous =
  /<(?:script|style|iframe|object|embed|svg|math|form|template|noscript|xmp|textarea|img|input|video|link|meta|base)\b|<[^>]*[\s/"']on[a-z]+\s*=|<[^>]*(?:java|vb)script\s*:/i;

test('no active content reaches the CRM or comes back from it, however it is disguised', () => {
  for (const payload of payloads) {
    for (const mutate of mutations) {
      const given = mutate(payload);
      const written = toHtmlBody(given);
      expect(written.replace(harmless, ''), given).not.toContain('<');
      expect(written, given).not.toMatch(dangerous);
      expect(toHtmlBody(fromHtmlBody(written)), given).toBe(written);
      for (const held of [given, written]) {
        expect(fromHtmlBody(held), held).not.toMatch(dangerous);
        expect(toInertText(held), held).not.toMatch(/<[^>]*[\s/"']on[a-z]+\s*=|<(?:script|svg|iframe)\b/i);
      }
    }
  }
});

test('what the CRM displays as text comes back escaped, never as markup', () => {
  expect(fromHtmlBody('&lt;img src=x onerror=alert(1)&gt;')).toBe('&lt;img src=x onerror=alert(1)&gt;');
  expect(fromHtmlBody('a<br>&lt;b&gt;x&lt;/b&gt;')).toBe('a\n&lt;b&gt;x&lt;/b&gt;');
  expect(fromHtmlBody('&amp;lt;svg onload=x&amp;gt;')).toBe('&amp;lt;svg onload=x&amp;gt;');
  expect(fromHtmlBody('a &lt; b &amp;amp; &lt;Data&gt;')).toBe('a < b &amp; <Data>');
  // Other programs store text as it is, and what ends it may look like half a tag or entity.
  for (const text of ['I <3 you', 'a <- b', 'Ask R&D', 'x & y']) expect(fromHtmlBody(text)).toBe(text);
  expect(toInertText('Re: <img src=x onerror=alert(1)>')).toBe('Re: &lt;img src=x onerror=alert(1)&gt;');
  expect(toInertText('[1/3] [FROM Acme & Co] Ada <ada@example.com> -> <Data>')).toBe(
    '[1/3] [FROM Acme & Co] Ada <ada@example.com> -> <Data>',
  );
});

const piece = fc.oneof(
  fc.constantFrom(
    '<script>',
    '</script>',
    '<img src=x onerror=',
    '<a href="javascript:',
    '"><svg onload=',
    '<iframe src=',
  ),
  fc.constantFrom(
    '<p>',
    '</p>',
    '<b>',
    '</b>',
    '<br>',
    '<br />',
    '<a href="https://x.example/">',
    '</a>',
    '<Data>',
    '<li>',
  ),
  fc.constantFrom(
    '&lt;',
    '&#60;',
    '&amp;',
    '&gt;',
    '&quot;',
    '<',
    '>',
    '"',
    "'",
    '`',
    '\n',
    '\r\n',
    ' ',
    '\u0000',
    'alert(1)',
  ),
  fc.string(),
);

const mixture = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));

test('leaves no executable HTML in any input', () => {
  fc.assert(
    fc.property(mixture, (given) => {
      expect(toHtmlBody(given)).not.toMatch(dangerous);
      expect(fromHtmlBody(given)).not.toMatch(dangerous);
    }),
  );
});

test('converts clean HTML to what becomes the same HTML again', () => {
  fc.assert(
    fc.property(mixture, (given) => {
      const clean = toHtmlBody(given);
      expect(toHtmlBody(fromHtmlBody(clean))).toBe(clean);
    }),
    { numRuns: 500 },
  );
});
