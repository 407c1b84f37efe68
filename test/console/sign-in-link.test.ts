import { expect, test } from 'vitest';
import { createLinkBook, createLinkToken } from '../../src/console/access/sign-in-link.ts';

test('a link expires after ten minutes, and cannot be altered', () => {
  let now = 1_000_000;
  const key = 'a key of the running bridge';
  const book = createLinkBook(key, () => now);
  const late = createLinkToken(key, 'viewer', now);
  const fresh = createLinkToken(key, 'viewer', now);
  now += 10 * 60_000;
  const inTime = book.accept(fresh);
  now += 1;

  expect(inTime).toBe('viewer');
  expect(book.accept(late)).toBeUndefined();
  const good = createLinkToken(key, 'viewer', now);
  expect(book.accept(good.replace('viewer', 'operator'))).toBeUndefined();
  expect(book.accept(`${good}.more`)).toBeUndefined();
  expect(book.accept(createLinkToken('another key', 'operator', now))).toBeUndefined();
  expect(book.accept(createLinkToken(key, 'operator', now + 3_600_000))).toBeUndefined();
  expect(book.accept('')).toBeUndefined();
  expect(book.accept(good)).toBe('viewer');
});
