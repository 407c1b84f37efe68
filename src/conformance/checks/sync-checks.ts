import type { Check } from '../check.ts';
import { demand, demandError, demandNoNull, demandStatus, objectOf, objectsOf } from '../expectations.ts';
import type { CheckRun } from '../session.ts';
import { amongBroken } from './broken-entries.ts';
import type { RecordKind } from './record-kind.ts';

type Matches = ReadonlyMap<unknown, unknown>;

/** POST /contacts/sync and POST /companies/sync: they find, and never create. */
export function syncChecks(kind: RecordKind): readonly Check[] {
  return [...findingChecks(kind), ...answerChecks(kind)];
}

/** What is found, and what is not. */
function findingChecks(kind: RecordKind): readonly Check[] {
  const { list, one } = kind;
  const path = `/${list}/sync`;
  return [
    {
      id: `${list}.sync.by-id`,
      level: 'should',
      title: `POST ${path} finds a record by the externalId it was created with`,
      remedy: "Keep Enginy's externalId with the record and match by it.",
      run: async (session) => {
        const { externalId } = kind.record(session, 'one');
        const found = await sync(session, kind, [{ externalId }]);
        demand(found.get(externalId) === session.id(one), 'the record was not found');
      },
    },
    ...kind.spellings.map(
      ({ title, fields }, index): Check => ({
        id: `${list}.sync.by-value.${index + 1}`,
        level: index === 0 ? 'must' : 'should',
        title: `POST ${path} finds a record by ${title}`,
        remedy: 'Normalize both sides before comparing: case, protocol, www, path and trailing slash do not count.',
        run: async (session) => {
          const externalId = `${session.mark}-seeker-${index}`;
          const found = await sync(session, kind, [{ externalId, ...fields(session, 'one') }]);
          demand(found.get(externalId) === session.id(one), 'the record was not found');
        },
      }),
    ),
    {
      id: `${list}.sync.unknown`,
      level: 'must',
      title: 'a record that does not exist is omitted, with status 200',
      remedy: 'Omit records that were not found: no entry in results, none in errors, no 404.',
      run: async (session) => {
        const found = await sync(session, kind, [kind.record(session, 'never-created')]);
        demand(found.size === 0, 'a record that was never created is in results');
      },
    },
    {
      id: `${list}.sync.creates-nothing`,
      level: 'must',
      title: 'asking for a record does not create it',
      remedy: 'A sync must only search: Enginy itself creates what was not found.',
      run: async (session) => {
        await sync(session, kind, [kind.record(session, 'asked-twice')]);
        const found = await sync(session, kind, [kind.record(session, 'asked-twice')]);
        demand(found.size === 0, 'the second request finds what the first one looked for');
      },
    },
  ];
}

/** The form of the response. */
function answerChecks(kind: RecordKind): readonly Check[] {
  const { list, one } = kind;
  const path = `/${list}/sync`;
  return [
    {
      id: `${list}.sync.mixed`,
      level: 'must',
      title: 'in a batch, each match is reported for its own record',
      remedy: 'Return the externalId of the request with each match.',
      run: async (session) => {
        const known = kind.record(session, 'one');
        const found = await sync(session, kind, [kind.record(session, 'unknown'), known]);
        demand(
          found.size === 1 && found.get(known.externalId) === session.id(one),
          'the match is not the record that was created',
        );
      },
    },
    brokenKindsCheck(kind),
    {
      id: `${list}.sync.properties`,
      level: 'must',
      title: 'properties contain no null',
      remedy: 'Omit properties without a value: null clears the value in Enginy.',
      run: async (session) => {
        const reply = await session.send('POST', path, { body: { [list]: [kind.record(session, 'one')] } });
        demandNoNull(objectsOf(objectOf(reply).results, 'results'), 'results');
      },
    },
    {
      id: `${list}.sync.empty`,
      level: 'should',
      title: 'an empty list returns an empty result',
      remedy: 'Answer {"results": []}.',
      run: async (session) => demand((await sync(session, kind, [])).size === 0, 'results is not empty'),
    },
    {
      id: `${list}.sync.no-list`,
      level: 'must',
      title: 'a body without the list returns 400',
      remedy: `Return 400 when ${list} is missing. A 200 would mean that no record exists, and all would be created again.`,
      run: async ({ send }) => demandError(await send('POST', path, { body: {} }), 400),
    },
  ];
}

function brokenKindsCheck(kind: RecordKind): Check {
  const { list } = kind;
  return {
    id: `${list}.sync.broken-kinds`,
    level: 'should',
    title: 'broken entries of every kind do not affect the others, and none counts as "not found"',
    remedy: 'Report an entry without a usable id in errors: {"externalId": null, "index": 3, "error"}.',
    run: async (session) => {
      const known = kind.record(session, 'one');
      const entries = amongBroken([known], 'externalId');
      const reply = await session.send('POST', `/${list}/sync`, { body: { [list]: entries } });
      demandStatus(reply, 200);
      const { results, errors = [] } = objectOf(reply);
      demand(
        objectsOf(results, 'results').some(({ externalId }) => externalId === known.externalId),
        'the good record was not found',
      );
      const reported = objectsOf(errors, 'errors').length;
      demand(reported === entries.length - 1, `${reported} of ${entries.length - 1} broken entries are in errors`);
    },
  };
}

async function sync(session: CheckRun, { list }: RecordKind, records: readonly unknown[]): Promise<Matches> {
  const reply = await session.send('POST', `/${list}/sync`, { body: { [list]: records } });
  demandStatus(reply, 200);
  const results = objectsOf(objectOf(reply).results, 'results');
  return new Map(results.map(({ externalId, crmId }) => [externalId, crmId]));
}
