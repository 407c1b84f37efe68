/** Responses to an unlink that HubSpot's documents do not describe, and that the bridge must not treat as a success. */
import { expect, test } from 'vitest';
import { openHubSpot } from '../../support/open-hubspot.ts';
import { bulkContext } from '../crm-conformance.ts';

const entry = (error: object) => ({
  status: 'error',
  category: 'VALIDATION_ERROR',
  message: 'No',
  context: {},
  ...error,
});
const denied = { category: 'FORBIDDEN_PERMISSION', message: 'You may not edit associations' };
const absent = { category: 'OBJECT_NOT_FOUND', subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' };

test.each([
  ['names one pair', 200, [entry({ ...denied, context: { fromObjectId: ['1'], toObjectId: ['2'] } })], [true, false]],
  ['names one record', 207, [entry({ ...denied, context: { id: ['3'] } })], [false, true]],
  ['names ids in a list', 202, [entry({ ...denied, context: { ids: ['1', '3'] } })], [true, true]],
  ['names nothing', 200, [entry(denied)], [true, true]],
  ['says nothing', 206, [{}], [true, true]],
  ['says that there is no link', 207, [entry({ ...absent, context: { fromObjectId: ['1'] } })], [false, false]],
  ['says that there is no link, of none', 207, [entry(absent)], [false, false]],
  [
    'says that a record is gone',
    200,
    [entry({ category: 'OBJECT_NOT_FOUND', context: { ids: ['1'] } })],
    [false, false],
  ],
  [
    'names one of each',
    200,
    [entry({ ...denied, context: { id: ['1'] } }), entry({ ...absent, context: { id: ['3'] } })],
    [true, false],
  ],
  ['is no list', 200, { message: 'odd' }, [false, false]],
  ['is empty', 201, [], [false, false]],
] as const)(
  'trusts a successful unlink only where no error contradicts it: %s',
  async (_what, status, errors, isFailed) => {
    const { crm, sandbox, close } = await openHubSpot({}, { apiVersion: '2026-09' });
    const body = { status: 'COMPLETE', results: [], errors };
    sandbox.faults.add({ match: { kind: 'dissociate' }, action: { kind: 'status', status, body } });
    const pairs = [
      { fromId: '1', toId: '2' },
      { fromId: '3', toId: '4' },
    ];

    const outcomes = await crm.unlink('contacts', 'companies', pairs, bulkContext());

    expect(outcomes.map((outcome) => outcome !== 'unlinked')).toEqual(isFailed);
    await close();
  },
);
