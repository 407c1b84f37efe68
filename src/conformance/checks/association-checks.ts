import type { Check } from '../check.ts';
import { demand, demandError, demandStatus, demandText, objectOf, objectsOf } from '../expectations.ts';
import type { CheckRun } from '../session.ts';
import { brokenEntries, unusableIds } from './broken-entries.ts';

const link = (session: CheckRun) => ({ contactCRMId: session.id('contact'), companyCRMId: session.id('company') });

/** POST /associations, on the contact and company that the create checks left. */
export const associationChecks: readonly Check[] = [
  {
    id: 'associations.one',
    level: 'must',
    title: 'POST /associations links a contact with a company',
    remedy: 'Return 200 with {"success": true, "created": 1}.',
    run: async (session) => {
      const body = await associate(session, [link(session)]);
      demand(body.success === true, 'success is not true');
    },
  },
  {
    id: 'associations.repeat',
    level: 'must',
    title: 'a link that exists already is a success',
    remedy: 'Enginy may send a link again: report success, not an error.',
    run: async (session) => demand((await associate(session, [link(session)])).success === true, 'success is not true'),
  },
  {
    id: 'associations.count',
    level: 'should',
    title: 'the same pair twice in a request counts once',
    remedy: 'Remove duplicates before you count.',
    run: async (session) => {
      const { created } = await associate(session, [link(session), link(session)]);
      demand(created === undefined || (typeof created === 'number' && created <= 1), 'the pair was counted twice');
    },
  },
  {
    id: 'associations.unknown-id',
    level: 'must',
    title: 'an unknown id is named in errors, and does not affect the others',
    remedy: 'Return 200 with errors: [{"contactCRMId", "companyCRMId", "error"}] for pairs that cannot be linked.',
    run: async (session) => {
      const pair = { contactCRMId: '999999999999', companyCRMId: session.id('company') };
      const [error] = objectsOf((await associate(session, [link(session), pair])).errors, 'errors');
      demand(error?.contactCRMId === pair.contactCRMId, 'errors[0] does not name the contact that was sent');
      demandText(error.error, 'errors[0].error');
    },
  },
  {
    id: 'associations.broken-kinds',
    level: 'should',
    title: 'broken pairs are reported one by one, and do not affect the others',
    remedy: 'Report each in errors, with null for an id that cannot be used.',
    run: async (session) => {
      const { companyCRMId } = link(session);
      const broken = [...brokenEntries, ...unusableIds.map((contactCRMId) => ({ contactCRMId, companyCRMId }))];
      const { success, errors = [] } = await associate(session, [...broken, link(session)]);
      demand(success === true, 'success is not true although one pair is linked');
      const reported = objectsOf(errors, 'errors').length;
      demand(reported === broken.length, `${reported} of ${broken.length} broken pairs are in errors`);
    },
  },
  {
    id: 'associations.empty',
    level: 'should',
    title: 'an empty list is a success',
    remedy: 'Answer {"success": true, "created": 0}.',
    run: async (session) => demand((await associate(session, [])).success === true, 'success is not true'),
  },
  {
    id: 'associations.no-list',
    level: 'must',
    title: 'a body without the list returns 400',
    remedy: 'Return 400 when associations is missing.',
    run: async ({ send }) => demandError(await send('POST', '/associations', { body: {} }), 400),
  },
];

async function associate(session: CheckRun, associations: readonly unknown[]): Promise<Record<string, unknown>> {
  const reply = await session.send('POST', '/associations', { body: { associations } });
  demandStatus(reply, 200);
  return objectOf(reply);
}
