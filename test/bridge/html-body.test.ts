import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cutMarker,
  escapeHtml,
  fromHtmlBody,
  maxBodyLength,
  toHtmlBody,
  unescapeHtml,
} from '../../src/bridge/timeline/markup/html-body.ts';

test.each([
  ['Hello\nAda', 'Hello<br>Ada'],
  ['a < b & "c"', 'a &lt; b &amp; &quot;c&quot;'],
  ['From: John <john@example.com>', 'From: John &lt;john@example.com&gt;'],
  ['5 > 3 and <3', '5 &gt; 3 and &lt;3'],
  ['<unknown-tag onclick="x()">', '&lt;unknown-tag onclick=&quot;x()&quot;&gt;'],
  ['Tom &amp; Jerry, AT&T, &copy; &nbsp;', 'Tom &amp;amp; Jerry, AT&amp;T, &amp;copy; &amp;nbsp;'],
  ['<b>open', '&lt;b&gt;open'],
])('text becomes HTML that shows it: %j', (text, html) => {
  expect(toHtmlBody(text)).toBe(html);
});

const plainTexts = [
  'Please fill in <Data>, <Name> and <Your Company> today',
  '<Link> <Title> <Object> <Time> <Section> <Code> <Summary> <Button> <Input>',
  'a -> b <- c => d <= e <-> f <=> g ==> h',
  'if a<b and c>d then e<i and i>f',
  'use <b> for bold and </i> for nothing',
  'x <b and c> y, 1 <i=5 and i> 3, <s and u>',
  'between <p> and the end',
  'List<String> names = new Map<K, V>(); Vec<u8>, Option<i>',
  'price < 5 € & > 3 €, 5% < x < 10%, <3 </3 >_< <(^_^)>',
  'Tom &amp; Jerry &copy; &nbsp; &lt;b&gt; &#39; &unknown; & &;',
  'https://example.com/?a=1&copy=2&reg=3 <https://example.com/?q=<x>>',
  'from Ada <ada@example.com>, <mailto:ada@example.com>',
  'a <!-- no comment here --> b <!-- open',
  '<?xml version="1.0"?> and <!DOCTYPE html> are words here',
  'R&D, Q&A, "quoted" and \'single\'',
  'line one\n\n  line two\n- item <1>\n- item <2>',
  '<<<>>> << >> <> </> < b > </ b >',
  'Dear <First Name>,\n\nyour score is <80 & >20.\n\n<Signature>',
];

test.each(plainTexts)('plain text is escaped as a whole and comes back as sent: %j', (text) => {
  const html = toHtmlBody(text);

  expect(html).toBe(escapeHtml(text).replaceAll('\n', '<br>'));
  expect(fromHtmlBody(html)).toBe(text);
});

test.each([
  [
    'Hi <b>Ada</b>,\nsee <a href="https://x.example/">this</a>\nBye',
    'Hi <b>Ada</b>,<br>see <a href="https://x.example/">this</a><br>Bye',
  ],
  ['<strong>Now</strong>\r\n\r\na -> b', '<strong>Now</strong><br><br>a -&gt; b'],
  ['<i>x</i> Q&A <Data> 5 < 6\n& more', '<i>x</i> Q&amp;A &lt;Data&gt; 5 &lt; 6<br>&amp; more'],
  ['<a href="https://x.example/?a=1">x</a> ?a=1&copy=2', '<a href="https://x.example/?a=1">x</a> ?a=1&amp;copy=2'],
  ['<p>one</p>\n<p>two <br>three</p>', '<p>one</p>\n<p>two <br />three</p>'],
  ['a<br>b', 'a<br />b'],
  ['<ul>\n<li>a</li>\n</ul>', '<ul>\n<li>a</li>\n</ul>'],
  ['<p>Dear &lt;Name&gt;, Q&amp;A</p>', '<p>Dear &lt;Name&gt;, Q&amp;A</p>'],
])('HTML keeps its words and line breaks, and comes back as sent: %j', (given, html) => {
  expect(toHtmlBody(given)).toBe(html);
  expect(fromHtmlBody(html)).toBe(given.replaceAll('\r', ''));
});

test.each([
  ['<p>Hi</p>', '<p>Hi</p>'],
  ['<p>a<script>alert(1)</script></p>', '<p>a</p>'],
  ['<style>p{}</style>x<br>', 'x<br />'],
  ['<a href="javascript:x()">a</a>', '<a>a</a>'],
  [
    '<a href="https://example.com/?a=1&b=2" onclick="x()" class="y">a</a>',
    '<a href="https://example.com/?a=1&amp;b=2">a</a>',
  ],
  ['<img src="https://t.example/open.gif" width="1" height="1">x', 'x'],
  ['<img src="https://t.example/open.gif" style="display:none">x', 'x'],
  [
    '<img src="https://t.example/a.gif?x=1&y=2">x',
    '<a href="https://t.example/a.gif?x=1&amp;y=2">https://t.example/a.gif?x=1&amp;y=2</a>x',
  ],
  ['<svg/onload=alert(1)><p>x</p>', '<p>x</p>'],
  ['<p style="background:url(javascript:x)">x</p>', '<p>x</p>'],
  ['<!--[if mso]>x<![endif]--><p>y</p>', '<p>y</p>'],
  ['<p class=MsoNormal>Hi <Name><o:p></o:p></p></div>', '<p>Hi &lt;Name&gt;</p>'],
  ['<p>make it <b>bold and <i>that</i></p>', '<p>make it &lt;b&gt;bold and <i>that</i></p>'],
  ['<!doctype html><html><body>\nHi\n<b>you</b></body></html>', 'Hi <b>you</b>'],
])('HTML is cleaned: %j', (given, clean) => {
  expect(toHtmlBody(given)).toBe(clean);
});

test.each([
  ['<p>Hi <img src="https://x.example/a.png" alt="Our office"></p>', 'Our office', 'https://x.example/a.png'],
  [
    '<p><a href="https://x.example/"><img src="https://x.example/b.png" alt="Book &amp; pay"></a></p>',
    'Book &amp; pay',
  ],
  ['<p><img src="cid:logo" alt="Acme logo"></p>', 'Acme logo'],
  ['<p><img src="data:image/png;base64,AA=="></p>', '[image]'],
  ['<p>See</p><iframe src="//video.example/42" title="Our demo"></iframe>', 'Our demo', 'https://video.example/42'],
  ['<video controls><source src="https://x.example/v.mp4">No video</video>', 'https://x.example/v.mp4', 'No video'],
  ['<object data="https://x.example/o.pdf"><p>Our price list</p></object>', 'https://x.example/o.pdf', 'price list'],
  ['<map name="m"><area href="https://x.example/m" alt="Map"></map>', 'https://x.example/m', '>Map</a>'],
  ['<p>Note</p><textarea rows="2">call Ada</textarea>', 'Note', 'call Ada'],
  [
    '<select name="s"><optgroup label="Days"><option value="1">Mon</option><option>Tue</option></select>',
    'Days',
    'Mon',
    'Tue',
  ],
  [
    '<form action="/x"><label>Name</label><input name="n" value="Ada"><button>Send</button></form>',
    'Name',
    'Ada',
    'Send',
  ],
  ['<input type="text" placeholder="Your city"><p>x</p>', 'Your city'],
  ['<html><head><title>Spring news</title></head><body><p>Hi</p></body></html>', 'Spring news', '<p>Hi</p>'],
  ['<details open><summary>More</summary>All of it</details>', 'More', 'All of it'],
  ['<noscript><p>plain</p></noscript>', 'plain'],
  ['<p>Size</p><select><option>Small<option>Large</select>', 'Small', ' Large'],
  ['See <a href=https://x.example/?a=1&b=2>this</a>', '<a href="https://x.example/?a=1&amp;b=2">this</a>'],
  ['<p><img src=https://x.example/?a=1 alt=Plan></p>', '<a href="https://x.example/?a=1">Plan</a>'],
  ['<p>Hi <Title>CEO</Title>, <Object>offer</Object></p>', '&lt;Title&gt;CEO&lt;/Title&gt;', '&lt;Object&gt;offer'],
  ['<p>Use <Link>this</Link> and <link>that</link></p>', '&lt;Link&gt;this', '&lt;link&gt;that&lt;/link&gt;'],
])('the words and addresses of elements that are not kept stay: %j', (given, ...kept) => {
  const html = toHtmlBody(given);

  for (const words of kept) expect(html).toContain(words);
  expect(toHtmlBody(fromHtmlBody(html))).toBe(html);
});

test('returns a text unchanged after a round trip', () => {
  const words = fc.constantFrom(
    ...[
      '<Data>',
      '<Title>',
      '</Title>',
      '<Link>',
      '</Link>',
      '<select>',
      '<style>',
      '<script>',
      '<',
      '>',
      '->',
      '<-',
      '=>',
    ],
    ...[
      '&',
      '&amp;',
      '&lt;',
      '&lt;b&gt;',
      '&#39;',
      '&nbsp;',
      '&amp;lt;',
      '<b and c>',
      '<b>',
      'price <5',
      'a',
      '"',
      "'",
    ],
    ...[' ', '\t', '\n', '\r\n', '\r', '\u00a0', '\u2028', '\u200b', 'ñ', 'n\u0303', '漢字', '🚀', '\u202e', 'مرحبا'],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string({ unit: 'binary' })), { maxLength: 12 }), (parts) => {
      const text = parts.join('').replaceAll('\u0000', '');
      // A tag beside other tags is HTML, and what could run is answered escaped.
      fc.pre(!/<\/[a-z]|=|<(?:br|hr|wbr|col|p|li|dt|dd|tr|td|th)\b|<script[\s\S]*[(`]|<style[\s\S]*[{@]/.test(text));
      fc.pre(text.isWellFormed() && !/^(?:&(?:amp|lt|gt|quot|#39);|[^&<>"'])*$/.test(text));
      expect(fromHtmlBody(toHtmlBody(text))).toBe(text);
    }),
    { numRuns: 300 },
  );
});

test.each([
  '  indented',
  'ends with blanks  ',
  '\tTab\t',
  'a\r\nb',
  'a\rb',
  '\r\n\r\na\r\n',
  'a\r\n\rb\n\r\n',
  '\n\na',
  '\u00a0x\ufeff',
])('white space comes back as sent, even from a CRM that stores characters instead of references: %j', (text) => {
  const html = toHtmlBody(text);

  expect(html.trim()).toBe(html);
  expect(fromHtmlBody(html)).toBe(text);
  expect(fromHtmlBody(html.replaceAll('&#13;<br>', '\r<br>')).replaceAll('\r', '')).toBe(text.replaceAll('\r', ''));
});

test('never exceeds the length that the CRM stores, and never splits a tag, an entity or a character', () => {
  const opening = '<p><strong>LinkedIn message sent</strong></p>';
  const unit = fc.constantFrom(
    '<p>A sentence.</p>',
    '&amp;',
    '😀',
    '<b><i>x',
    '</i></b>',
    '<a href="https://example.com/">x</a>',
    'word ',
    '\n',
  );
  fc.assert(
    fc.property(
      fc.array(unit, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 2000, max: 5000 }),
      (units, times) => {
        const html = toHtmlBody(units.join('').repeat(times), opening);
        expect(html.length).toBeLessThanOrEqual(maxBodyLength);
        expect(html.startsWith(opening)).toBe(true);
        expect(html).not.toMatch(/<[^>]*$|&[a-z]*$/);
        expect(html.isWellFormed()).toBe(true);
        for (const name of ['p', 'b', 'i', 'a', 'em']) {
          expect(html.split(`<${name}>`).length + html.split(`<${name} `).length - 1).toBe(
            html.split(`</${name}>`).length,
          );
        }
      },
    ),
    { numRuns: 10 },
  );
});

test('a text that was cut is read as the text with a note, and becomes the same HTML again', () => {
  for (const line of ['a < b & c\n', '<b>x</b> y\n', '<p>one</p>\n', 'word ']) {
    const cut = toHtmlBody(line.repeat(Math.ceil((1.5 * maxBodyLength) / line.length)));

    expect(fromHtmlBody(cut)).toMatch(/\[cut here: the text is longer than the CRM keeps\]/);
    expect(toHtmlBody(fromHtmlBody(cut))).toBe(cut);
  }
});

test('converts extremely nested HTML to text instead of blocking the process', () => {
  const html = toHtmlBody(`${'<i>'.repeat(50_000)}deep${'</i>'.repeat(50_000)}`);

  expect(html.length).toBeLessThanOrEqual(maxBodyLength);
  expect(html).not.toContain('<i>');
});

test('unescaping reverses escaping', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(unescapeHtml(escapeHtml(text))).toBe(text);
    }),
  );
});

test('cuts HTML with too many tags before it blocks the process, and reports it', () => {
  const warnings: string[] = [];

  const html = toHtmlBody('<font>a</font>'.repeat(20_000), '', (warning) => warnings.push(warning));

  expect(html.endsWith(cutMarker)).toBe(true);
  expect(warnings).toContain('was truncated: it has more than 12,000 tags');
});

test.each([
  `<a data-${'a'.repeat(300_000)}>x</a>`,
  `<a data-a=${'a'.repeat(300_000)}>x</a>`,
  `<a href=x ${'/'.repeat(300_000)}>x</a>`,
  `<a ${'data-a '.repeat(50_000)}>x</a>`,
  `<img data-a=1 ${'aria-b '.repeat(50_000)}alt=x>`,
  `<a href="${' '.repeat(300_000)}x">x</a>`,
  `<a title="${'='.repeat(300_000)}">x</a>`,
  `<p>x${' '.repeat(300_000)}y</p>`,
  `<p on${'x'.repeat(300_000)}>x</p>`,
  `<img alt="${'&'.repeat(300_000)}">x`,
])('a tag of any length is read in linear time: %#', (text) => {
  const before = process.threadCpuUsage();
  toHtmlBody(text);
  const { user } = process.threadCpuUsage(before);

  // A pattern that tries every place takes a minute.
  expect(user / 1_000).toBeLessThan(5_000);
});
