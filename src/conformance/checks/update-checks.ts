import { isObject } from '../../json.ts';
import type { Check } from '../check.ts';
import { demand, demandError, demandNoNull, demandStatus, demandText, objectOf, objectsOf } from '../expectations.ts';
import { Nonconformity } from '../nonconformity.ts';
import type { CheckRun } from '../session.ts';
import { amongBroken } from './broken-entries.ts';
import type { RecordKind } from './record-kind.ts';

/** PUT /contacts and PUT /companies, on the record that the create checks left. */
export function updateChecks(kind: RecordKind): readonly Check[] {
  return [...writingChecks(kind), ...answerChecks(kind)];
}

/** What is written, and to which record. */
function writingChecks(kind: RecordKind): readonly Check[] {
  const { list, one } = kind;
  const path = `/${list}`;
  return [
    {
      id: `${list}.update.one`,
      level: 'must',
      title: `PUT ${path} updates a record by its CRM id`,
      remedy: 'Return 200 with {"results": [{"crmId", "success": true}]}.',
      run: async (session) => {
        const [result] = await update(session, kind, [{ crmId: session.id(one), description: 'Changed' }]);
        demand(result?.crmId === session.id(one), 'results[0].crmId is not the one that was sent');
        demand(result.success === true, `success is not true${reasonIn(result)}`);
      },
    },
    {
      id: `${list}.update.engagement`,
      level: 'must',
      title: 'engagement fields with any name are accepted',
      remedy: 'Accept any field name: users choose the names of engagement fields in Enginy.',
      run: async (session) => {
        const fields = {
          genesy_last_engaged_at: '2026-11-01T12:00:00.000Z',
          campaignOpens: '5',
          campaignReplyAnalysis: 'No',
        };
        const [result] = await update(session, kind, [{ crmId: session.id(one), ...fields }]);
        demand(result?.success === true, `success is not true${reasonIn(result)}`);
      },
    },
    {
      id: `${list}.update.unknown-id`,
      level: 'must',
      title: 'an unknown CRM id gets success: false and a reason',
      remedy: 'Return 200 with {"crmId", "success": false, "error"} for a record that does not exist.',
      run: async (session) => {
        const [result] = await update(session, kind, [{ crmId: '999999999999', description: 'x' }]);
        demand(result?.success === false, 'success is not false');
        demandText(result.error, 'results[0].error');
      },
    },
    mixedCheck(kind),
  ];
}

/** What an update leaves alone, and the form of the response. */
function answerChecks(kind: RecordKind): readonly Check[] {
  const { list, one } = kind;
  const path = `/${list}`;
  return [
    gapsCheck(kind),
    {
      id: `${list}.update.no-nulls`,
      level: 'must',
      title: 'properties of an update contain no null',
      remedy: 'Omit properties without a value: null clears the value in Enginy.',
      run: async (session) => demandNoNull(await update(session, kind, [{ crmId: session.id(one) }]), 'results'),
    },
    {
      id: `${list}.update.owner`,
      level: 'should',
      title: 'an update returns properties, ownerId among them',
      remedy: 'Answer {"crmId", "success", "properties": {"ownerId"}}, so that Enginy shows the owner.',
      run: async (session) => {
        const [user] = objectsOf((await session.send('GET', '/users')).body ?? [], 'users');
        const owner = user && { ownerId: user.id };
        // The owner is set with the record: a server may leave the owners of existing records to the users of its CRM.
        const reply = await session.send('POST', path, {
          body: { [list]: [{ ...kind.record(session, 'owned'), ...owner }] },
        });
        const [created] = objectsOf(objectOf(reply).results, 'results');
        const [result] = await update(session, kind, [{ crmId: created?.crmId ?? session.id(one), ...owner }]);
        const { properties } = result ?? {};
        if (!isObject(properties)) throw new Nonconformity('there are no properties');
        if (user !== undefined)
          demand(properties.ownerId === user.id, 'properties.ownerId is not the owner that was set');
      },
    },
    brokenKindsCheck(kind),
    {
      id: `${list}.update.no-list`,
      level: 'must',
      title: 'a body without the list returns 400',
      remedy: `Return 400 when ${list} is missing.`,
      run: async ({ send }) => demandError(await send('PUT', path, { body: {} }), 400),
    },
  ];
}

function mixedCheck(kind: RecordKind): Check {
  const { list, one } = kind;
  return {
    id: `${list}.update.mixed`,
    level: 'must',
    title: 'an unknown CRM id does not affect the others',
    remedy: 'Update each record on its own, and report each in results.',
    run: async (session) => {
      const known = session.id(one);
      const results = await update(session, kind, [
        { crmId: '999999999999' },
        { crmId: known, description: 'Changed' },
      ]);
      demand(results.length === 2, `${results.length} results for two records`);
      demand(
        results.some(({ crmId, success }) => crmId === known && success === true),
        'the known record was not updated',
      );
    },
  };
}

function gapsCheck(kind: RecordKind): Check {
  const { list, one } = kind;
  return {
    id: `${list}.update.gaps`,
    level: 'should',
    title: 'null and empty values do not erase what the CRM holds',
    remedy: 'Enginy sends all it has, gaps included: leave a property alone when the value is null or empty.',
    run: async (session) => {
      const record = kind.record(session, 'one');
      const [name, value] = Object.entries(record).find(([field]) => field === 'email' || field === 'domain') ?? [];
      if (name === undefined) throw new Nonconformity('the record has no identifying field');
      await update(session, kind, [
        { crmId: session.id(one), [name]: null },
        { crmId: session.id(one), [name]: '' },
      ]);
      const reply = await session.send('POST', `/${list}/sync`, {
        body: { [list]: [{ externalId: `${session.mark}-after-gaps`, [name]: value }] },
      });
      demand(
        objectsOf(objectOf(reply).results, 'results').length === 1,
        `the record is no longer found by its ${name}`,
      );
    },
  };
}

function brokenKindsCheck(kind: RecordKind): Check {
  const { list, one } = kind;
  return {
    id: `${list}.update.broken-kinds`,
    level: 'should',
    title: 'broken entries of every kind do not affect the others, and each is answered',
    remedy: 'Answer an entry without a usable id with {"crmId": null, "index": 3, "success": false, "error"}.',
    run: async (session) => {
      const known = session.id(one);
      const entries = amongBroken([{ crmId: known, description: 'Changed among broken entries' }], 'crmId');
      const reply = await session.send('PUT', `/${list}`, { body: { [list]: entries } });
      demandStatus(reply, 200);
      const { results, errors = [] } = objectOf(reply);
      const answered = [...objectsOf(results, 'results'), ...objectsOf(errors, 'errors')];
      demand(
        answered.some(({ crmId, success }) => crmId === known && success === true),
        'the good record was not updated',
      );
      demand(answered.length === entries.length, `${answered.length} answers for ${entries.length} entries`);
    },
  };
}

async function update(session: CheckRun, { list }: RecordKind, records: readonly unknown[]) {
  const reply = await session.send('PUT', `/${list}`, { body: { [list]: records } });
  demandStatus(reply, 200);
  return objectsOf(objectOf(reply).results, 'results');
}

function reasonIn(result: Record<string, unknown> | undefined): string {
  return typeof result?.error === 'string' ? `: ${result.error.slice(0, 160)}` : '';
}
