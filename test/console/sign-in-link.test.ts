import { expect, test } from 'vitest';
import { createSessions, sessionMs } from '../../src/console/access/sessions.ts';
import { createSignInLimit } from '../../src/console/access/sign-in-limit.ts';
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

test('sixty sign-ins a minute are checked, from whatever addresses, and the first refused one is reported', () => {
  let now = 0;
  const limit = createSignInLimit(() => now);
  const results = Array.from({ length: 63 }, (_unused, n) => limit.check(`192.0.2.${n}`));
  now = 60_000;

  expect(results).toEqual([...Array(60).fill('allowed'), 'refused', 'refused again', 'refused again']);
  expect(limit.check('192.0.2.1')).toBe('allowed');
});

test('a session expires after eight hours', () => {
  let now = 0;
  const sessions = createSessions(() => now);
  const cookie = sessions.start({ name: 'vera', role: 'viewer', by: 'password' });
  now = sessionMs;
  const inTime = sessions.read(cookie);
  now += 1;

  expect(sessionMs).toBe(8 * 3_600_000);
  expect(inTime).toMatchObject({ name: 'vera', role: 'viewer' });
  expect(sessions.read(cookie)).toBeUndefined();
});
