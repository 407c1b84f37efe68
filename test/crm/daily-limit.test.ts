import { expect, test } from 'vitest';
import { DailyLimit } from '../../src/crm/pacing/daily-limit.ts';

const found = { clock: 50_000, dailyUntil: 350_000 };

test("a daily limit that another replica reports stops calls until then, on this replica's clock", () => {
  const daily = new DailyLimit();

  daily.follow(found, 0, 1_000);

  expect(daily.takeNews()).toBe(true);
  expect(daily.takeNews()).toBe(false);
  expect(daily.errorFor(300_999)).toMatchObject({ retryAfterSeconds: 1 });
  expect(daily.errorFor(301_000)).toBeUndefined();
});

test('a successful call ends the stop, and the same report does not start it again', () => {
  const daily = new DailyLimit();
  daily.follow(found, 0, 1_000);

  daily.clear();
  daily.follow({ ...found, clock: 51_000 }, 0, 2_000);

  expect(daily.errorFor(2_000)).toBeUndefined();
});

test('a limit is reported until the others know it, and is ignored when it comes back', () => {
  const daily = new DailyLimit();
  daily.reach(1_000);
  daily.follow({ clock: 50_000 }, 0, 1_100);
  const reportedMs = daily.reportMs(1_200);

  daily.follow({ clock: 50_200, dailyUntil: 50_200 + reportedMs }, reportedMs, 1_300);
  daily.clear();
  daily.follow({ clock: 51_000, dailyUntil: 50_200 + reportedMs }, 0, 2_100);

  expect(reportedMs).toBe(299_800);
  expect(daily.reportMs(1_300)).toBe(0);
  expect(daily.takeNews()).toBe(false);
  expect(daily.errorFor(2_100)).toBeUndefined();
});
