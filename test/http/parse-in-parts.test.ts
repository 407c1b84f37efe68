import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { InvalidRequestError } from '../../src/errors.ts';
import { parseInParts } from '../../src/http/body/parse-in-parts.ts';
import { createJsonScanner } from '../../src/http/body/scan-json.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

const unlimited = { maxItems: 1e6, maxFields: 1e6, maxValues: 1e6, maxDepth: 100 };

/** As the body of a request is parsed, in parts of so few bytes. */
async function parsed(text: string, partBytes: number): Promise<unknown> {
  const bytes = Buffer.from(text);
  const scanner = createJsonScanner(bytes, unlimited, partBytes);
  while (!scanner.scan(1_000));
  return await parseInParts(bytes, scanner.longLists);
}

function outcomeOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return error;
  }
}

test('JSON that is parsed in parts is the same as parsed at once', async () => {
  const list = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 12 });
  const body = fc.oneof(
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('contacts', '__proto__', 'a"b')), list, { maxKeys: 4 }),
    list,
    fc.jsonValue(),
  );

  await fc.assert(
    fc.asyncProperty(body, fc.nat({ max: 40 }), fc.constantFrom(undefined, 2), async (value, partBytes, indent) => {
      const text = JSON.stringify(value, null, indent);

      expect(await parsed(text, partBytes)).toEqual(JSON.parse(text));
    }),
  );
});

test('broken JSON fails in parts as it does at once', async () => {
  const pieces = fc.constantFrom('{"a":[', '[', ']', '}', ',', '1', '"x"', ' ', '{"b":2}', '{', ':', '"', '[]');

  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 14 }), fc.nat({ max: 6 }), async (chosen, partBytes) => {
      const text = chosen.join('');
      const expected = outcomeOf(text);

      const outcome = await parsed(text, partBytes).catch((error: unknown) => error);
      // A name that is given twice is rejected before anything is parsed.
      fc.pre(!(outcome instanceof InvalidRequestError));

      expect(outcome).toEqual(expected);
    }),
    {
      examples: [
        [['{"a":[', '1', ',', ']', '}'], 0],
        [['{"a":[', ',', '1', ']', '}'], 0],
        [['{"a":[', '1', ',', ',', '1', ']', '}'], 0],
        [['{"a":[', '1', ',', '1', '}', ']'], 0],
        [['{', '"x"', ',', '"x"'], 0],
      ],
    },
  );
});

test('no more than a part of a long body is parsed at once', async () => {
  const app = await startApp(fakeCrm(), { settings: { bodyLimits: { maxBytes: 20 * 1024 ** 2 } } });
  const ids = Array.from({ length: 20_000 }, (_unused, n) => `${n}-${'x'.repeat(100)}`);
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => parse.mockRestore());

  const answer = await app.send('POST', '/tasks/batch', { ids });

  expect(answer.status).toBe(200);
  expect(Math.max(...parse.mock.calls.map(([text]) => text.length))).toBeLessThan(300_000);
});
