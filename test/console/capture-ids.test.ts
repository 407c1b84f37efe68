import { expect, test, vi } from 'vitest';
import type { Capture } from '../../src/capture/capture-schema.ts';
import { showCapture } from '../../src/console/records/capture-ids.ts';
import { createIdHider } from '../../src/console/records/id-hider.ts';

test.each([1, 500])('shows none of %i personal ids in a capture, however they are written', (count) => {
  const ids = Array.from({ length: count }, (_unused, n) => `Ada "${n}" O'Neil <Ada.${n}@Example.org>`);
  const capture = {
    request: {
      path: `/contacts?of=${encodeURIComponent(ids[0] ?? '')}`,
      body: ids.map((externalId) => ({ externalId })),
    },
    answer: { body: ids.map((externalId) => ({ externalId, message: `${externalId} is not known` })) },
    exchanges: [{ response: ids.map((id) => ({ enginy_external_id: id, email: id.toLowerCase() })) }],
  } as unknown as Capture;

  const shown = showCapture(capture, createIdHider('secret'));

  expect(JSON.stringify(shown.capture)).not.toMatch(/@|%40|neil/i);
  expect(shown.hideIds(`differs: ${ids.at(0)}`)).toMatch(/^differs: \[email [0-9a-f]{6}\]$/);
});

test('a capture without personal ids is shown as it is', () => {
  const capture = { request: { body: [{ externalId: 'lead-7' }] } } as unknown as Capture;

  expect(showCapture(capture, createIdHider('secret')).capture).toBe(capture);
});

test('a placeholder is computed once for each id, not for each text of the capture', () => {
  const ids = ['ada@example.org', 'bo@example.org'];
  const texts = Array.from({ length: 100 }, (_unused, n) => `text ${n} of ada@example.org`);
  const capture = { request: { body: ids.map((externalId) => ({ externalId, texts })) } } as unknown as Capture;
  const hide = vi.fn(createIdHider('secret'));

  const shown = showCapture(capture, hide);

  expect(JSON.stringify(shown.capture)).not.toContain('@');
  expect(hide).toHaveBeenCalledTimes(ids.length);
});

test('an unpaired surrogate in an id does no harm', () => {
  const capture = { request: { body: [{ externalId: 'ada\ud800@example.org' }] } } as unknown as Capture;

  expect(JSON.stringify(showCapture(capture, createIdHider('secret')).capture)).not.toContain('example.org');
});
