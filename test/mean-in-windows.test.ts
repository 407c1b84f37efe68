import { expect, test } from 'vitest';
import { meanInWindows } from '../bench/mean-in-windows.ts';

test.each([10_050, 10_170, 10_250, 10_400])(
  'the mean of all windows is the rate of a series with a period of %i ms, wherever its bursts are cut',
  (periodMs) => {
    for (let phase = 0; phase < periodMs; phase += 250) {
      const bursts = Array.from({ length: 9 }, (_, index) => index * periodMs - phase);
      const times = bursts.flatMap((at) => Array.from({ length: 98 }, (_, call) => at + call * 90));
      const expected = (98 * 10_000) / periodMs;
      const mean = meanInWindows(times, { from: 0, to: 50_800 }, 10_000);
      expect(Math.abs(mean - expected) / expected, `phase ${phase}`).toBeLessThan(0.002);
    }
  },
);

test('the mean of all windows is exact for a few events', () => {
  expect(meanInWindows([5], { from: 0, to: 20 }, 10)).toBe(0.5);
  expect(meanInWindows([-1, 21, 10, 10], { from: 0, to: 20 }, 10)).toBe(2);
  expect(() => meanInWindows([], { from: 0, to: 10 }, 10)).toThrow('shorter than a window');
});
