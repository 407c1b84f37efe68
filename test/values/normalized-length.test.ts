/** Unicode's normal forms take time that grows with the square of consecutive accents. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { fieldKey } from '../../src/mapping/run/property-name.ts';
import { normalizeEmail } from '../../src/mapping/values/email-address.ts';
import { foldText } from '../../src/mapping/values/fold-text.ts';

test.each([
  ['the name of a field', fieldKey],
  ['an option', foldText],
  ['an email address', normalizeEmail],
])('no more than the beginning of %s is normalized', (_what, read) => {
  const normalize = vi.spyOn(String.prototype, 'normalize');
  onTestFinished(() => normalize.mockRestore());

  read(`a${'\u0323\u0301'.repeat(2_000)}`);

  const lengths = normalize.mock.contexts.map((text) => String(text).length);
  expect(lengths).not.toEqual([]);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1_000);
});
