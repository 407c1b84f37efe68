import { expect, test } from 'vitest';
import { phoneDigits } from '../../sandbox/records/phone-digits.ts';

test.each([
  ['+1 555-1234', '15551234', '15551234'],
  ['+1 (212) 555-0123', '2125550123', '12125550123'],
  ['+32 9 555 01 23', '95550123', '3295550123'],
  ['+351 912 345 678', '912345678', '351912345678'],
  ['0049 30 1234567', '301234567', '49301234567'],
  ['030 1234567', '301234567', ''],
  ['00004', '4', ''],
  ['call me', '', ''],
])('indexes %s as %s and %s', (phone, national, international) => {
  expect(phoneDigits(phone)).toEqual({ national, international });
});
