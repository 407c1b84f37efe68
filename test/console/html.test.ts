import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Html, html, type Part } from '../../src/console/html/html.ts';

/** What a browser makes of the text of a template that has no markup of its own. */
function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
    '&#96;': '`',
    '&amp;': '&',
  };
  return text.replace(/&(?:lt|gt|quot|#39|#96|amp);/g, (entity) => entities[entity] ?? entity);
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('<', '>', '"', "'", '`', '&', '=', ' ', '/', 'script', 'onload', '&lt;', '\n', '\0'), {
      maxLength: 12,
    })
    .map((pieces) => pieces.join('')),
);

test('no value breaks out of its element or attribute', () => {
  fc.assert(
    fc.property(hostile, hostile, (text, value) => {
      const page = html`<p title="${value}">${text}</p>`.toString();

      const [, title, content] = /^<p title="([^"<>'`]*)">([^"<>'`]*)<\/p>$/.exec(page) ?? [];
      const shown = text.replace(
        /[\u202a-\u202e\u2066-\u2069]/g,
        (control) => `\\u${control.charCodeAt(0).toString(16)}`,
      );
      expect([title, content].map((each) => unescaped(each ?? 'left its place'))).toEqual([value, shown]);
    }),
  );
});

test('markup of a template stays markup inside another one, however deep', () => {
  const nested: fc.Arbitrary<Part> = fc.letrec<{ part: Part }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 4 },
      hostile,
      fc.array(tie('part'), { maxLength: 3 }),
      tie('part').map((part): Html => html`<b>${part}</b>`),
    ),
  })).part;
  fc.assert(
    fc.property(nested, (part) => {
      const text = html`<i>${part}</i>`.toString();

      expect(text.replaceAll(/<\/?[bi]>/g, '')).not.toMatch(/[<>"'`]/);
    }),
  );
});

test('omits what is absent, and joins lists', () => {
  expect(html`<p ${undefined}>${null}${false}${[1, 'a', html`<br>`]}${0}</p>`.toString()).toBe('<p >1a<br>0</p>');
});

test.each([
  ['a value among the attributes of a tag', () => html`<p ${'onload=alert(1)'}></p>`],
  ['a value without quotes', () => html`<p title=${'a'}></p>`],
  ['an address that is a script', () => html`<a href="${'javascript:alert(1)'}">x</a>`],
  ['an address of another origin without its scheme', () => html`<a href="${'//example.org'}">x</a>`],
  ['markup as the value of an attribute', () => html`<p title="${html`<b>`}"></p>`],
])('rejects %s', (_name, render) => {
  expect(render).toThrow(TypeError);
});

test('controls of the direction of writing are shown as escapes, except in a field that a person edits', () => {
  const text = 'a\u202eb\u2066c';

  expect(html`<p>${text}</p>`.toString()).toBe('<p>a\\u202eb\\u2066c</p>');
  expect(html`<textarea rows="2">\n${text}</textarea>`.toString()).toBe(`<textarea rows="2">\n${text}</textarea>`);
  expect(html`<input value="${text}">`.toString()).toBe(`<input value="${text}">`);
});
