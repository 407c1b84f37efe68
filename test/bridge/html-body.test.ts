import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  escapeHtml,
  fromHtmlBody,
  maxBodyLength,
  toHtmlBody,
  unescapeHtml,
} from '../../src/bridge/timeline/html-body.ts';

test.each([
  ['Hello\nAda', 'Hello<br>Ada'],
  ['a < b & "c"', 'a &lt; b &amp; &quot;c&quot;'],
  ['From: John <john@example.com>', 'From: John &lt;john@example.com&gt;'],
  ['5 > 3 and <3', '5 &gt; 3 and &lt;3'],
  ['<unknown-tag onclick="x()">', '&lt;unknown-tag onclick=&quot;x()&quot;&gt;'],
])('text becomes HTML that shows it: %j', (text, html) => {
  expect(toHtmlBody(text)).toBe(html);
});

test.each([
  ['<p>Hi</p>', '<p>Hi</p>'],
  ['Tom &amp; Jerry', 'Tom &amp; Jerry'],
  ['<b>open', '<b>open</b>'],
  ['<p>a<script>alert(1)</script></p>', '<p>a</p>'],
  ['<style>p{}</style>x<br>', 'x<br />'],
  ['<a href="javascript:x()">a</a>', '<a>a</a>'],
  [
    '<a href="https://example.com/?a=1&b=2" onclick="x()" class="y">a</a>',
    '<a href="https://example.com/?a=1&amp;b=2">a</a>',
  ],
  ['<img src="https://t.example/open.gif">x', 'x'],
  ['<svg/onload=alert(1)><p>x</p>', '<p>x</p>'],
  ['<p style="background:url(javascript:x)">x</p>', '<p>x</p>'],
  ['<!--[if mso]>x<![endif]--><p>y</p>', '<p>y</p>'],
])('HTML is cleaned: %j', (given, clean) => {
  expect(toHtmlBody(given)).toBe(clean);
});

test('leaves no executable HTML in any input', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '<script>',
      '</script>',
      '<img src=x onerror=',
      '<a href="javascript:',
      '"><svg onload=',
      '<iframe src=',
    ),
    fc.constantFrom('<p>', '</p>', '<b>', '&lt;', '&#60;', '<', '>', '"', "'", '`', '\n', '\u0000', 'alert(1)'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      expect(toHtmlBody(pieces.join(''))).not.toMatch(
        /<[^>]*\son\w+\s*=|<(?:script|img|svg|iframe|style|object|form)|href="javascript:/i,
      );
    }),
  );
});

test('returns a text unchanged after a round trip', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      // HTML is not text, and white space around a body says nothing.
      fc.pre(!/[&]\w+;|[&]#|<[a-z!/]/i.test(text) && text === text.trim());
      expect(fromHtmlBody(toHtmlBody(text))).toBe(text.replace(/\r\n?/g, '\n'));
    }),
  );
});

test('never exceeds the length that the CRM stores, and never splits a tag, an entity or a character', () => {
  const opening = '<p><strong>LinkedIn message sent</strong></p>';
  const unit = fc.constantFrom(
    '<p>A sentence.</p>',
    '&amp;',
    '😀',
    '<b><i>',
    '</i></b>',
    '<a href="https://example.com/">x</a>',
    'word ',
  );
  fc.assert(
    fc.property(
      fc.array(unit, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 4000, max: 9000 }),
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
    { numRuns: 20 },
  );
});

test('converts extremely nested HTML to text instead of keeping the process busy', () => {
  const html = toHtmlBody(`${'<b>'.repeat(100_000)}deep`);

  expect(html.length).toBeLessThanOrEqual(maxBodyLength);
  expect(html).not.toContain('<b>');
});

test('unescaping reverses escaping', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(unescapeHtml(escapeHtml(text))).toBe(text);
    }),
  );
});
