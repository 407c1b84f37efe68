import type { Check } from '../check.ts';
import { demand, demandError, demandNoNull, demandStatus, demandText, objectOf, objectsOf } from '../expectations.ts';
import { Nonconformity } from '../nonconformity.ts';
import type { ServerReply, CheckRun } from '../session.ts';
import { amongBroken } from './broken-entries.ts';
import type { RecordKind } from './record-kind.ts';

/** POST /contacts and POST /companies. They leave `contact` and `company` in the session. */
export function createChecks(kind: RecordKind): readonly Check[] {
  return [...identityChecks(kind), ...reportChecks(kind), ...contentChecks(kind), ...bodyChecks(kind)];
}

type Row = readonly [name: string, level: Check['level'], title: string, remedy: string];

function checkOf({ list }: RecordKind): (row: Row, run: Check['run']) => Check {
  return ([name, level, title, remedy], run) => ({ id: `${list}.create.${name}`, level, title, remedy, run });
}

/** One record stays one record. */
function identityChecks(kind: RecordKind): readonly Check[] {
  const { list, one } = kind;
  const path = `/${list}`;
  const check = checkOf(kind);
  return [
    check(
      ['one', 'must', `POST ${path} creates a record`, 'Return 201 with {"results": [{"externalId", "crmId"}]}.'],
      async (session) => {
        session.ids.set(one, await createOne(session, kind, kind.record(session, 'one')));
      },
    ),
    check(['status', 'should', `POST ${path} returns 201`, 'Return 201 for a create.'], async (session) => {
      demandStatus(await session.send('POST', path, { body: { [list]: [kind.record(session, 'one')] } }), 201);
    }),
    check(
      [
        'repeat',
        'must',
        'a create that is sent again creates no second record',
        "Keep Enginy's externalId with the record and look it up before creating.",
      ],
      async (session) => {
        const first = session.id(one);
        const again = await createOne(session, kind, kind.record(session, 'one'));
        demand(first === again, 'the same record was created twice under two ids');
      },
    ),
    check(
      [
        'twice-in-one',
        'must',
        'the same record twice in one request is one record',
        'Group the records of a request by externalId.',
      ],
      async (session) => {
        const record = kind.record(session, 'twice');
        const reply = await session.send('POST', path, { body: { [list]: [record, record] } });
        demand(new Set(resultsOf(reply).map(({ crmId }) => crmId)).size === 1, 'one externalId got two CRM ids');
      },
    ),
    check(
      [
        'same-values',
        'should',
        'another externalId with the same identifying values gets the existing record',
        'Match by email or domain before creating.',
      ],
      async (session) => {
        const record = { ...kind.record(session, 'one'), externalId: `${session.mark}-other-id` };
        demand((await createOne(session, kind, record)) === session.id(one), 'a duplicate was created');
      },
    ),
  ];
}

/** What a response says about the records of a batch. */
function reportChecks(kind: RecordKind): readonly Check[] {
  const { list } = kind;
  const path = `/${list}`;
  const check = checkOf(kind);
  return [
    check(
      [
        'every-record',
        'must',
        'every record of a batch is in results or in errors',
        'Report each record once, in results or in errors.',
      ],
      async (session) => {
        const records = ['a', 'b', 'c'].map((name) => kind.record(session, `batch-${name}`));
        const reply = await session.send('POST', path, { body: { [list]: records } });
        const named = [...resultsOf(reply), ...errorsOf(reply)].map(({ externalId }) => externalId);
        demand(
          records.every(({ externalId }) => named.includes(externalId)),
          'a record is in neither list',
        );
      },
    ),
  ];
}

/** Records are accepted whatever they contain. */
function contentChecks(kind: RecordKind): readonly Check[] {
  const check = checkOf(kind);
  return [
    check(
      [
        'unknown-fields',
        'must',
        'unknown fields of every JSON type are accepted',
        'Ignore or store fields you do not know: Enginy sends everything it has.',
      ],
      async (session) => {
        const extra = {
          conformanceNote: 'x',
          score: 7,
          isHot: true,
          tags: ['a', 'b'],
          nothing: null,
          customFields: { a: 1 },
        };
        await createOne(session, kind, { ...kind.record(session, 'extra'), ...extra });
      },
    ),
    check(
      ['html', 'must', 'HTML in a text field is accepted', 'Store or clean HTML, but do not reject the record.'],
      async (session) => {
        await createOne(session, kind, {
          ...kind.record(session, 'html'),
          description: '<p>A <b>bold</b> claim &amp; more</p>',
        });
      },
    ),
    check(
      [
        'numeric-id',
        'should',
        'an externalId that is a number is returned as a number',
        'Accept ids as JSON numbers, and repeat them in the type in which they were sent.',
      ],
      async (session) => {
        const externalId = numberFrom(session.mark);
        await createOne(session, kind, { ...kind.record(session, 'numeric'), externalId });
      },
    ),
    check(
      [
        'unusual-text',
        'must',
        'quotes, accents, other scripts and emoji are accepted',
        'Treat text as UTF-8 everywhere.',
      ],
      async (session) => {
        await createOne(session, kind, {
          ...kind.record(session, 'text'),
          description: 'O\'Brien "Zoë" 李雷 🚀 <3 100% \\ /',
        });
      },
    ),
  ];
}

/** The form of the response, lists of every size, and bodies without one. */
function bodyChecks(kind: RecordKind): readonly Check[] {
  return [...formChecks(kind), ...neighborChecks(kind)];
}

function formChecks(kind: RecordKind): readonly Check[] {
  const { list } = kind;
  const path = `/${list}`;
  const check = checkOf(kind);
  return [
    check(
      ['no-nulls', 'must', 'results contain no null', 'Omit fields without a value: null clears the value in Enginy.'],
      async (session) => {
        const reply = await session.send('POST', path, { body: { [list]: [kind.record(session, 'one')] } });
        demandNoNull(objectsOf(objectOf(reply).results, 'results'), 'results');
      },
    ),
    check(['empty', 'should', 'an empty list returns an empty result', 'Answer {"results": []}.'], async (session) => {
      const reply = await session.send('POST', path, { body: { [list]: [] } });
      demand(resultsOf(reply).length === 0, 'results is not empty');
    }),
    check(
      ['no-list', 'must', 'a body without the list returns 400', `Return 400 when ${list} is missing.`],
      async ({ send }) => demandError(await send('POST', path, { body: {} }), 400),
    ),
    check(
      ['no-array', 'must', 'a list that is not an array returns 400', `Return 400 when ${list} is not an array.`],
      async ({ send }) => demandError(await send('POST', path, { body: { [list]: 'x' } }), 400),
    ),
  ];
}

/** What one entry of a list may not do to the others. */
function neighborChecks(kind: RecordKind): readonly Check[] {
  const { list } = kind;
  const path = `/${list}`;
  const check = checkOf(kind);
  return [
    check(
      [
        'one-broken',
        'should',
        'one record without externalId does not affect the others',
        'Report the broken record in errors and create the others.',
      ],
      async (session) => {
        const good = kind.record(session, 'neighbor');
        const reply = await session.send('POST', path, { body: { [list]: [good, { description: 'no id' }] } });
        demandStatus(reply, 200, 201);
        demand(
          resultsOf(reply).some(({ externalId }) => externalId === good.externalId),
          'the good record was not created',
        );
      },
    ),
    check(
      [
        'broken-kinds',
        'should',
        'broken entries of every kind are reported one by one, and do not affect the others',
        'Report an entry without a usable id by its position: {"externalId": null, "index": 3, "error"}.',
      ],
      async (session) => {
        const good = kind.record(session, 'among-broken');
        const list = amongBroken([good], 'externalId');
        const reply = await session.send('POST', path, { body: { [kind.list]: list } });
        demandStatus(reply, 200, 201);
        demand(
          resultsOf(reply).some(({ externalId }) => externalId === good.externalId),
          'the good record was not created',
        );
        const reported = errorsOf(reply).length;
        demand(reported === list.length - 1, `${reported} of ${list.length - 1} broken entries are in errors`);
      },
    ),
    check(
      [
        'hundred',
        'must',
        'a batch of 100 records is created',
        'Enginy documents batches of 100: create them within a minute.',
      ],
      async (session) => {
        const records = Array.from({ length: 100 }, (_, index) => kind.record(session, `hundred-${index}`));
        const reply = await session.send('POST', path, { body: { [list]: records } });
        demandStatus(reply, 200, 201);
        const found = resultsOf(reply).length;
        demand(found === 100, `${found} of 100 records were created`);
      },
    ),
  ];
}

async function createOne(session: CheckRun, { list }: RecordKind, record: Record<string, unknown>): Promise<string> {
  const reply = await session.send('POST', `/${list}`, { body: { [list]: [record] } });
  demandStatus(reply, 200, 201);
  const [result] = resultsOf(reply);
  if (result === undefined) throw new Nonconformity(`results is empty${firstError(reply)}`);
  demand(result.externalId === record.externalId, 'results[0].externalId is not the one that was sent');
  return demandText(result.crmId, 'results[0].crmId');
}

/** A whole number of the run's own. */
function numberFrom(mark: string): number {
  return Number.parseInt(mark.slice(2), 16);
}

function resultsOf(reply: ServerReply): readonly Record<string, unknown>[] {
  return objectsOf(objectOf(reply).results, 'results');
}

function errorsOf(reply: ServerReply): readonly Record<string, unknown>[] {
  const { errors } = objectOf(reply);
  return errors === undefined ? [] : objectsOf(errors, 'errors');
}

function firstError(reply: ServerReply): string {
  const [error] = errorsOf(reply);
  return typeof error?.error === 'string' ? `: ${error.error.slice(0, 160)}` : '';
}
