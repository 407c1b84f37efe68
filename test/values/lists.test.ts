import { expect, test } from 'vitest';
import { createAll, type ValueCase } from './record-values.ts';

const contact = (given: ValueCase['given'], held: ValueCase['held'], isWarned = false): ValueCase => ({
  given: { lastName: 'Case', ...given },
  held,
  isWarned,
});

const cases: readonly ValueCase[] = [
  contact({ title: ['CEO', 'Founder'] }, { jobtitle: 'CEO;Founder' }),
  contact({ title: ['CEO', null, '', ' '] }, { jobtitle: 'CEO' }),
  contact({ title: ['N/A', '-'] }, { jobtitle: undefined }, true),
  contact({ title: [] }, { jobtitle: undefined }),
  contact({ title: [['CEO']] }, { jobtitle: '["CEO"]' }),
  contact({ title: { en: 'CEO' } }, { jobtitle: '{"en":"CEO"}' }),
  contact({ title: 42 }, { jobtitle: '42' }),
  contact({ city: ['Porto'] }, { city: 'Porto' }),
  contact({ city: ['Porto', 'Porto'] }, { city: 'Porto;Porto' }),
  contact({ customFields: { tools: ['a', 'b;c'] } }, { tools: 'a;b;c' }),
  contact({ customFields: { tools: [1, true, null] } }, { tools: '1;true' }),
  contact({ customFields: { tools: { a: [1] } } }, { tools: '{"a":[1]}' }),
  contact({ phone: [] }, { phone: undefined }),
  contact({ phone: [null, '+34 600 111 501'] }, { phone: '+34600111501' }),
  contact({ phone: ['N/A', '+34 600 111 502'] }, { phone: '+34600111502' }, true),
  contact({ website: ['https://a.example', 'https://a.example/'] }, { website: 'https://a.example' }, true),
];

test('stores every item of a list, or the first usable one with a warning', async () => {
  expect(await createAll('contacts', cases)).toEqual(cases);
});
