import { expect, test } from 'vitest';
import type { CallContext, CreateInput, Crm, RecordPage, WriteOutcome } from '../../src/crm/crm.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';

/** A CRM for one test: empty, with search that sees writes at once, and with the default properties of contacts and companies. */
export interface OpenedCrm {
  readonly crm: Crm;
  close(): Promise<void>;
}

export function bulkContext(ms = 600_000): CallContext {
  return { requestId: 'test', urgency: 'bulk', deadline: deadlineIn(ms) };
}

/** The behavior that every implementation of the port must have, checked through the port alone. */
export function testCrmConformance(name: string, open: () => Promise<OpenedCrm>): void {
  const conforms = (sentence: string, run: (crm: Crm) => Promise<void>) =>
    test(`${name} ${sentence}`, async () => {
      const opened = await open();
      try {
        await run(opened.crm);
      } finally {
        await opened.close();
      }
    });

  conforms('reads created records by id, and reports missing ones', async (crm) => {
    const id = await createdId(crm, { email: 'ada@example.com', firstname: 'Ada' });

    const read = await crm.readByIds('contacts', [id, '404404404'], ['firstname'], bulkContext());

    expect(read.found.get(id)).toMatchObject({ id, properties: { firstname: 'Ada' } });
    expect([...read.missing]).toEqual(['404404404']);
    expect(read.failed.size).toBe(0);
  });

  conforms('reads by email regardless of case, under each requested spelling', async (crm) => {
    const id = await createdId(crm, { email: 'ada@example.com' });

    const asked = ['Ada@Example.com', 'ada@example.com', 'bob@example.com'];
    const read = await crm.readBy(
      { objectType: 'contacts', property: 'email', values: asked },
      ['email'],
      bulkContext(),
    );

    expect([...read.found].map(([value, record]) => [value, record.id])).toEqual([
      ['Ada@Example.com', id],
      ['ada@example.com', id],
    ]);
    expect([...read.missing]).toEqual(['bob@example.com']);
  });

  conforms('reads by a unique property once it exists, and finds nothing before', async (crm) => {
    const byKey = { objectType: 'contacts', property: 'enginy_key' } as const;
    const before = await crm.readBy({ ...byKey, values: ['k1'] }, [], bulkContext());
    await makeProperty(crm, 'enginy_key', true);
    const id = await createdId(crm, { email: 'ada@example.com', enginy_key: 'k1' });

    const after = await crm.readBy({ ...byKey, values: ['k1', 'k2'] }, ['enginy_key'], bulkContext());

    expect([...before.missing]).toEqual(['k1']);
    expect(after.found.get('k1')?.id).toBe(id);
    expect([...after.missing]).toEqual(['k2']);
  });

  conforms('reports which properties records can be read by', async (crm) => {
    await makeProperty(crm, 'enginy_key', true);
    await makeProperty(crm, 'enginy_note', false);

    const can = (property: string) => crm.canReadBy('contacts', property, bulkContext());

    expect(await can('email')).toBe(true);
    expect(await can('enginy_key')).toBe(true);
    expect(await can('enginy_note')).toBe(false);
  });

  conforms('lists all records page by page, with when they were modified', async (crm) => {
    const inputs = Array.from({ length: 230 }, (_, index) => ({ properties: { email: `p${index}@example.com` } }));
    const ids = (await crm.create('contacts', inputs, bulkContext())).map(idOf);

    const pages = await readPages((after) =>
      crm.list({ objectType: 'contacts', after, properties: ['email'] }, bulkContext()),
    );

    const records = pages.flatMap((page) => page.records);
    expect(pages.map((page) => page.records.length)).toEqual([100, 100, 30]);
    expect(records.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(records.find(({ id }) => id === ids[7])?.properties.email).toBe('p7@example.com');
    expect(records.every(({ modifiedAt }) => Date.parse(modifiedAt) > 0)).toBe(true);
  });

  for (const objectType of ['contacts', 'companies']) {
    conforms(
      `finds the ${objectType} that were modified since a moment, each once, in the order of ids`,
      async (crm) => {
        const name = objectType === 'contacts' ? 'firstname' : 'name';
        const inputs = Array.from({ length: 260 }, (_, index) => ({ properties: { [name]: `n${index}` } }));
        const ids = (await crm.create(objectType, inputs, bulkContext())).map(idOf);
        const [first = ''] = ids;
        await pause();
        const since = new Date();
        await crm.update(objectType, [{ id: first, properties: { [name]: 'changed' } }], bulkContext());
        const read = (from: Date) =>
          readPages((afterId) =>
            crm.modifiedSince({ objectType, since: from, afterId, properties: [name] }, bulkContext()),
          );

        const all = await read(new Date(since.getTime() - 60_000));
        const changed = await read(since);
        const none = await read(new Date(since.getTime() + 60_000));

        expect(all.map((page) => page.records.length)).toEqual([200, 60]);
        expect(all.flatMap((page) => page.records.map(({ id }) => id))).toEqual(ids);
        expect(changed.flatMap((page) => page.records)).toMatchObject([
          { id: first, properties: { [name]: 'changed' } },
        ]);
        expect(none).toMatchObject([{ records: [] }]);
        expect(Math.abs((all[0]?.servedAt.getTime() ?? 0) - since.getTime())).toBeLessThan(60_000);
      },
    );
  }

  conforms('finds by any clause of a search key, regardless of case', async (crm) => {
    await makeProperty(crm, 'enginy_note', false);
    const ada = await createdId(crm, { email: 'ada@example.com', enginy_note: 'Alpha' });
    const bob = await createdId(crm, { email: 'bob@example.com', enginy_note: 'beta' });
    await createdId(crm, { email: 'eve@example.com', enginy_note: 'gamma' });

    const searchKey = {
      key: 'n',
      clauses: [
        { property: 'enginy_note', in: ['ALPHA', 'nobody'] },
        { property: 'email', in: ['bob@example.com'] },
      ],
    };
    const { candidates, failed } = await crm.search('contacts', [searchKey], ['email'], bulkContext());

    expect(candidates.map(({ id }) => id).sort()).toEqual([ada, bob].sort());
    expect(failed.size).toBe(0);
  });

  conforms('finds by words only if all of them are present', async (crm) => {
    const both = await createdId(crm, { name: 'Acme Rockets Ltd' }, 'companies');
    await createdId(crm, { name: 'Acme Anvils Ltd' }, 'companies');

    const searchKey = { key: 'n', clauses: [{ property: 'name', tokens: ['acme', 'rockets'] }] };
    const { candidates } = await crm.search('companies', [searchKey], ['name'], bulkContext());

    expect(candidates.map(({ id }) => id)).toEqual([both]);
  });

  conforms('creates any number of records and returns outcomes in their order', async (crm) => {
    const inputs = Array.from({ length: 250 }, (_, at) => ({
      properties: { email: `p${at}@example.com`, firstname: `P${at}` },
    }));

    const outcomes = await crm.create('contacts', inputs, bulkContext());

    const ids = outcomes.map(idOf);
    const read = await crm.readByIds('contacts', ids, ['email'], bulkContext());
    expect(ids.map((id) => read.found.get(id)?.properties.email)).toEqual(
      inputs.map(({ properties }) => properties.email),
    );
  });

  conforms('creates the valid records of a batch whatever is wrong with others', async (crm) => {
    const outcomes = await crm.create(
      'contacts',
      [{ properties: { email: 'ada@example.com' } }, { properties: { email: 'bob@example.com', no_such_thing: 'x' } }],
      bulkContext(),
    );

    expect(idOf(outcomes[0])).toMatch(/./);
    expect(outcomes[1]).toMatchObject({
      problem: { kind: 'invalid', properties: [{ name: 'no_such_thing', cause: 'no-property' }] },
    });
  });

  conforms('names the record that already has the email', async (crm) => {
    const id = await createdId(crm, { email: 'ada@example.com' });

    const outcomes = await crm.create('contacts', [{ properties: { email: 'ADA@example.com' } }], bulkContext());

    expect(outcomes).toMatchObject([{ problem: { kind: 'conflict', existingId: id } }]);
  });

  conforms('creates one record from two creates with the same email', async (crm) => {
    const input: CreateInput = { properties: { email: 'ada@example.com' } };

    const outcomes = await crm.create('contacts', [input, input], bulkContext());

    const created = outcomes.filter((outcome) => 'record' in outcome);
    expect(created).toHaveLength(1);
    expect(outcomes.filter((outcome) => 'problem' in outcome)).toMatchObject([{ problem: { kind: 'conflict' } }]);
  });

  conforms('updates existing records and reports each of the others', async (crm) => {
    const id = await createdId(crm, { email: 'ada@example.com', firstname: 'Ada' });
    const other = await createdId(crm, { email: 'bob@example.com', firstname: 'Bob' });

    const outcomes = await crm.update(
      'contacts',
      [
        { id: '404404404', properties: { firstname: 'Nobody' } },
        { id, properties: { firstname: 'Augusta' } },
        { id: other, properties: { firstname: 'Robert', no_such_thing: 'x' } },
      ],
      bulkContext(),
    );

    expect(outcomes).toMatchObject([
      { problem: { kind: 'not-found' } },
      { record: { id } },
      { problem: { kind: 'invalid', properties: [{ name: 'no_such_thing', cause: 'no-property' }] } },
    ]);
    const read = await crm.readByIds('contacts', [id, other], ['firstname', 'email'], bulkContext());
    expect(read.found.get(id)?.properties).toMatchObject({ firstname: 'Augusta', email: 'ada@example.com' });
    expect(read.found.get(other)?.properties.firstname).toBe('Bob');
  });

  conforms('refuses an email that another record has', async (crm) => {
    const id = await createdId(crm, { email: 'ada@example.com' });
    const other = await createdId(crm, { email: 'bob@example.com' });

    const outcomes = await crm.update(
      'contacts',
      [{ id: other, properties: { email: 'ada@example.com' } }],
      bulkContext(),
    );

    expect(outcomes).toMatchObject([{ problem: { kind: 'conflict', existingId: id } }]);
  });

  conforms('creates properties once, however often it is called', async (crm) => {
    const property = {
      name: 'enginy_note',
      label: 'Note',
      description: 'Enginy field: note',
      type: 'text',
      group: 'enginy',
    } as const;

    const first = await crm.createProperties('contacts', [property], bulkContext());
    const second = await crm.createProperties('contacts', [property], bulkContext());
    const definitions = await crm.readProperties('contacts', bulkContext(), { refresh: true });

    expect([first, second]).toEqual([['created'], ['existed']]);
    expect(definitions.filter(({ name }) => name === 'enginy_note')).toMatchObject([
      { label: 'Note', type: 'text', isReadOnly: false, isUnique: false, group: 'enginy' },
    ]);
  });

  conforms('links records, repeatedly and twice in one call without harm', async (crm) => {
    const contact = await createdId(crm, { email: 'ada@example.com' });
    const company = await createdId(crm, { name: 'Acme' }, 'companies');
    const pair = { fromId: contact, toId: company };

    const first = await crm.link(
      'contacts',
      'companies',
      [pair, { fromId: '404404404', toId: company }, pair],
      bulkContext(),
    );
    const second = await crm.link('contacts', 'companies', [pair], bulkContext());
    const links = await crm.readLinks('contacts', 'companies', [contact], bulkContext());
    const back = await crm.readLinks('companies', 'contacts', [company], bulkContext());

    expect(first).toMatchObject(['linked', { problem: { kind: 'not-found' } }, 'linked']);
    expect(second).toEqual(['linked']);
    expect(links.found.get(contact)).toEqual([company]);
    expect(back.found.get(company)).toEqual([contact]);
  });

  conforms('links created records, and reports records without links', async (crm) => {
    const contact = await createdId(crm, { email: 'ada@example.com' });
    const task: CreateInput = {
      properties: { hs_task_subject: 'Call', hs_timestamp: '2026-03-01T09:00:00Z' },
      links: [{ objectType: 'contacts', id: contact }],
    };
    const [outcome] = await crm.create('tasks', [task], bulkContext());

    const links = await crm.readLinks('tasks', 'contacts', [idOf(outcome)], bulkContext());
    const none = await crm.readLinks('tasks', 'companies', [idOf(outcome)], bulkContext());

    expect(links.found.get(idOf(outcome))).toEqual([contact]);
    expect(none.found.get(idOf(outcome))).toEqual([]);
  });

  conforms('unlinks records, both ways, also those that are not linked', async (crm) => {
    const contact = await createdId(crm, { email: 'ada@example.com' });
    const [kept, dropped] = [
      await createdId(crm, { name: 'Acme' }, 'companies'),
      await createdId(crm, { name: 'Umbra' }, 'companies'),
    ];
    const pairs = [kept, dropped].map((toId) => ({ fromId: contact, toId }));
    await crm.link('contacts', 'companies', pairs, bulkContext());

    const first = await crm.unlink('contacts', 'companies', pairs.slice(1), bulkContext());
    const second = await crm.unlink('contacts', 'companies', pairs.slice(1), bulkContext());
    const links = await crm.readLinks('contacts', 'companies', [contact], bulkContext());
    const back = await crm.readLinks('companies', 'contacts', [dropped], bulkContext());

    expect([first, second]).toEqual([['unlinked'], ['unlinked']]);
    expect(links.found.get(contact)).toEqual([kept]);
    expect(back.found.get(dropped)).toEqual([]);
  });

  conforms('reads its account', async (crm) => {
    const account = await crm.readAccount(bulkContext());

    expect(account.id).toMatch(/./);
    expect(account.linkTemplates.contacts).toContain('{{crmId}}');
    expect(account.linkTemplates.companies).toContain('{{crmId}}');
  });

  conforms('returns nothing for empty input', async (crm) => {
    const read = await crm.readByIds('contacts', [], [], bulkContext());
    const found = await crm.search('contacts', [], [], bulkContext());

    expect([read.found.size, read.missing.size, read.failed.size]).toEqual([0, 0, 0]);
    expect(found.candidates).toEqual([]);
    expect(await crm.create('contacts', [], bulkContext())).toEqual([]);
    expect(await crm.update('contacts', [], bulkContext())).toEqual([]);
    expect(await crm.link('contacts', 'companies', [], bulkContext())).toEqual([]);
    expect(await crm.unlink('contacts', 'companies', [], bulkContext())).toEqual([]);
  });
}

async function createdId(crm: Crm, properties: Record<string, string>, objectType = 'contacts'): Promise<string> {
  const [outcome] = await crm.create(objectType, [{ properties }], bulkContext());
  return idOf(outcome);
}

/** Pages until one has no next; fails if there is no end. */
async function readPages<P extends RecordPage>(read: (after: string | undefined) => Promise<P>): Promise<P[]> {
  const pages: P[] = [];
  let after: string | undefined;
  do {
    const page = await read(after);
    pages.push(page);
    after = page.next;
  } while (after !== undefined && pages.length < 20);
  expect(after).toBeUndefined();
  return pages;
}

/** Until the clock shows another millisecond. */
async function pause(): Promise<void> {
  const start = Date.now();
  while (Date.now() === start) await new Promise((resolve) => setImmediate(resolve));
}

function idOf(outcome: WriteOutcome | undefined): string {
  if (outcome === undefined || 'problem' in outcome) throw new Error(`not written: ${JSON.stringify(outcome)}`);
  return outcome.record.id;
}

async function makeProperty(crm: Crm, name: string, isUnique: boolean): Promise<void> {
  const property = { name, label: name, description: '', type: 'text', group: 'enginy', isUnique } as const;
  const outcomes = await crm.createProperties('contacts', [property], bulkContext());
  expect(outcomes).toEqual(['created']);
}
