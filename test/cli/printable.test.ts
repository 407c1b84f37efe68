import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableJson, printableOutput } from '../../src/cli/report/printable.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

test.each([
  ['\u001b[2J\u001b]0;owned\u0007', '␛[2J␛]0;owned␇'],
  ['one\r\ntwo\ttab', 'one␍␊two␉tab'],
  ['\u0000\u007f', '␀␡'],
  ['\u009b31m \u202egpj.exe \u2028', '<009B>31m <202E>gpj.exe <2028>'],
  ['Ünïcode 日本 👩‍🚀', 'Ünïcode 日本 👩‍🚀'],
])('a value shows its control characters: %j', (value, shown) => {
  expect(printable(value)).toBe(shown);
});

test('output keeps its lines and colors, and nothing else that a terminal acts on', () => {
  const output = '\u001b[31mred\u001b[0m\n\tx\u001b[2Jy\u001b]8;;http://x\u0007';

  expect(printableOutput(output, { keepColor: true })).toBe('\u001b[31mred\u001b[0m\n\tx␛[2Jy␛]8;;http://x␇');
  expect(printableOutput(output, { keepColor: false })).toBe('␛[31mred␛[0m\n\tx␛[2Jy␛]8;;http://x␇');
});

test('JSON keeps its data without raw control characters', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const printed = printableJson({ value, [text]: text });

      expect(JSON.parse(printed)).toEqual(JSON.parse(JSON.stringify({ value, [text]: text })));
      expect(printed.replaceAll('\n', '')).not.toMatch(controlCharacters);
    }),
  );
});
