import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { isObject } from '../../src/json.ts';

/** What the small server does wrong; without a flaw it provides everything that Enginy needs. */
export type Flaw =
  | 'accepts any key'
  | 'answers creates with 200'
  | 'creates twice'
  | 'refuses neighbors'
  | 'forgets broken entries'
  | 'ids become text'
  | 'returns nulls'
  | 'invents matches'
  | 'fails unknown ids'
  | 'swallows batch'
  | 'knows no double slash'
  | 'wants a body'
  | 'answers HTML errors';

type Json = Record<string, unknown>;
type Reply = readonly [status: number, body: unknown];

const key = 'good-key-for-tests';
const failure = (status: number, error: string): Reply => [status, { error }];
const isId = (value: unknown) =>
  Number.isSafeInteger(value) || (typeof value === 'string' && /\S/.test(value) && value.length <= 512);
const fold = (value: unknown) =>
  String(value ?? '')
    .toLowerCase()
    .replace(/^https?:\/\/(www\.)?/, '')
    .replace(/\/.*$/, (path) => (path.startsWith('/in/') ? path.replace(/\/$/, '') : ''));

/** A custom CRM in memory, as a company might write it in an afternoon. Closed when the test ends. */
export async function startMiniServer(flaws: readonly Flaw[] = []): Promise<string> {
  const has = (flaw: Flaw) => flaws.includes(flaw);
  const records = { contacts: new Map<string, Json>(), companies: new Map<string, Json>() };
  const tasks = new Map<string, Json>();
  const messages = new Map<string, string>();
  let nextId = 1;

  function find(kind: keyof typeof records, record: Json): string | undefined {
    const same = (field: string, held: Json) => Boolean(record[field]) && fold(record[field]) === fold(held[field]);
    for (const [id, held] of records[kind]) {
      if (['externalId', 'email', 'linkedinUrl', 'domain'].some((field) => same(field, held))) return id;
    }
    return undefined;
  }

  function handleRecords(kind: keyof typeof records, action: 'create' | 'sync' | 'update', body: unknown): Reply {
    const list = isObject(body) ? body[kind] : undefined;
    if (!Array.isArray(list)) return failure(400, `${kind} must be an array`);
    const field = action === 'update' ? 'crmId' : 'externalId';
    const isUsable = (entry: unknown): entry is Json => isObject(entry) && isId(entry[field]);
    if (list.length > 0 && !list.some(isUsable)) return failure(400, 'no usable entry');
    if (has('refuses neighbors') && !list.every(isUsable)) return failure(400, 'an entry is broken');
    const results: Json[] = [];
    const errors: Json[] = [];
    for (const [index, entry] of list.entries()) {
      if (!isUsable(entry)) {
        const report = { [field]: null, index, success: false, error: 'no usable id' };
        if (!has('forgets broken entries')) (action === 'update' ? results : errors).push(report);
        continue;
      }
      const id = has('ids become text') ? String(entry[field]) : entry[field];
      if (action === 'update') results.push(update(kind, id, entry));
      else {
        const known = find(kind, entry);
        const crmId = known !== undefined && !(action === 'create' && has('creates twice')) ? known : undefined;
        if (action === 'sync') {
          const match = crmId ?? (has('invents matches') ? '1' : undefined);
          const properties = has('returns nulls') ? { leadScore: null } : {};
          if (match !== undefined) results.push({ externalId: id, crmId: match, properties });
        } else {
          const created = crmId ?? String(nextId++);
          records[kind].set(created, { ...records[kind].get(created), ...entry });
          results.push({ externalId: id, crmId: created });
        }
      }
    }
    const status = action === 'create' && !has('answers creates with 200') ? 201 : 200;
    return [status, { results, ...(errors.length > 0 && { errors }) }];
  }

  function update(kind: keyof typeof records, crmId: unknown, entry: Json): Json {
    const held = records[kind].get(String(crmId));
    if (held === undefined) return { crmId, success: false, error: 'no such record' };
    const given = Object.entries(entry).filter(([, value]) => value !== null && value !== '');
    records[kind].set(String(crmId), { ...held, ...Object.fromEntries(given) });
    return { crmId, success: true, properties: { ...(entry.ownerId !== undefined && { ownerId: entry.ownerId }) } };
  }

  function handleTasks(method: string, rest: string, body: Json): Reply {
    if (rest === '' && typeof body.subject !== 'string') return failure(400, 'subject is missing');
    if (rest === '') {
      const task = { ...body, id: String(nextId++), completed: false, completedAt: null };
      tasks.set(task.id, task);
      return [201, task];
    }
    if (rest === '/batch' && !has('swallows batch')) {
      if (!Array.isArray(body.ids)) return failure(400, 'ids is missing');
      const found = body.ids.flatMap((id: unknown): Json[] =>
        [(isId(id) ? tasks.get(String(id)) : undefined) ?? []].flat(),
      );
      return [200, method === 'PATCH' ? found.map((task) => patch(task, body)) : found];
    }
    const task = tasks.get(rest.slice(1));
    if (task === undefined) return failure(404, 'Task not found');
    return [200, method === 'PATCH' ? patch(task, body) : task];
  }

  function patch(task: Json, { completed }: Json): Json {
    return Object.assign(task, { completed, completedAt: completed === true ? new Date().toISOString() : null });
  }

  function associate({ associations }: Json): Reply {
    if (!Array.isArray(associations)) return failure(400, 'associations is missing');
    const linked = new Set<string>();
    const errors: Json[] = [];
    for (const pair of associations) {
      const { contactCRMId = null, companyCRMId = null } = isObject(pair) ? pair : {};
      const isKnown = isId(contactCRMId) && isId(companyCRMId) && records.contacts.has(String(contactCRMId));
      if (isKnown) linked.add(`${contactCRMId} ${companyCRMId}`);
      else errors.push({ contactCRMId, companyCRMId, error: 'no such record' });
    }
    if (has('fails unknown ids') && errors.length > 0) return failure(404, 'no such record');
    const success = linked.size > 0 || associations.length === 0;
    return [200, { success, created: linked.size, ...(errors.length > 0 && { errors }) }];
  }

  function log(body: Json): Reply {
    if (typeof body.type !== 'string') return failure(400, 'type is missing');
    if (has('wants a body') && !body.body) return failure(400, 'body is missing');
    const message = isObject(body.metadata) ? String(body.metadata.messageId) : String(nextId);
    const id = messages.get(message) ?? String(nextId++);
    messages.set(message, id);
    return [201, { ...body, id }];
  }

  function route(method: string, path: string, body: unknown): Reply {
    const [, kind, rest = ''] =
      /^\/(contacts|companies|tasks|associations|activities|users|health)(\/.*)?$/.exec(path) ?? [];
    if (kind === 'health') return [200, { status: 'ok' }];
    if (kind === 'users') return [200, [{ id: 'o1', name: 'Olga' }]];
    if (!isObject(body) && method !== 'GET') return failure(400, 'the body is no object');
    if (kind === 'contacts' || kind === 'companies') {
      return handleRecords(kind, method === 'PUT' ? 'update' : rest === '/sync' ? 'sync' : 'create', body);
    }
    const fields = isObject(body) ? body : {};
    if (kind === 'tasks') return handleTasks(method, rest, fields);
    if (kind === 'associations') return associate(fields);
    return kind === 'activities' ? log(fields) : failure(404, 'Not found');
  }

  async function answer(request: IncomingMessage): Promise<Reply> {
    const sent = await text(request);
    if (request.headers['x-api-key'] !== key && !has('accepts any key')) return failure(401, 'Unauthorized');
    const path = has('knows no double slash')
      ? request.url
      : request.url?.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
    try {
      return route(request.method ?? '', path ?? '', sent === '' ? undefined : JSON.parse(sent));
    } catch {
      return failure(400, 'the body is not JSON');
    }
  }

  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const [status, body] = await answer(request);
    const isHtml = status >= 400 && has('answers HTML errors');
    response.writeHead(status, { 'content-type': isHtml ? 'text/html' : 'application/json' });
    response.end(isHtml ? '<h1>Oops</h1>' : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
