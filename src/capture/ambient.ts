import type { RawExchange } from './raw-capture.ts';

/**
 * Calls whose answers outlive the request that made them: definitions of properties, owners, the account, a refused attempt to
 * make a property, a day's limit that is used up. A later request builds upon them without asking again.
 */
export interface Ambient {
  /** Keeps the call when it is of that kind. */
  note(exchange: RawExchange): void;
  /** Keys of what a request to this path, which made these calls itself, may have built upon. */
  usedBy(path: string, own: readonly RawExchange[]): readonly string[];
}

/** Kinds of object whose definitions a path of the contract needs. */
const OBJECTS_OF_PATH: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/contacts\b/, ['contacts']],
  [/^\/companies\b/, ['companies']],
  [/^\/activities\b/, ['emails', 'communications', 'notes']],
  [/^\/tasks\b/, ['tasks']],
];
const ownerPaths = /^\/(?:users|tasks|activities)\b/;
const lastsMs = 11 * 60_000;

interface Entry {
  readonly at: number;
  readonly exchange: RawExchange;
}

/** @param onNew told of every call that is kept, the newest of a key last. */
export function createAmbient(
  onNew: (key: string, exchange: RawExchange) => void,
  now: () => number = () => performance.now(),
): Ambient {
  const entries = new Map<string, Entry>();
  return {
    note(exchange) {
      const key = keyOf(exchange);
      if (key === undefined) return;
      entries.set(key, { at: now(), exchange });
      onNew(key, exchange);
    },
    usedBy(path, own) {
      const objects = new Set(OBJECTS_OF_PATH.flatMap(([pattern, names]) => (pattern.test(path) ? names : [])));
      for (const { path: called } of own) {
        const type = /^\/crm\/v\d\/objects\/([^/?]+)/.exec(called)?.[1];
        if (type !== undefined) objects.add(type);
      }
      const made = new Set(own.map(keyOf));
      const wanted: string[] = [];
      for (const [key, { at }] of entries) {
        const [kind = '', object = ''] = key.split(' ');
        if (made.has(key) || (kind !== 'definitions' && kind !== 'owners' && now() - at > lastsMs)) continue;
        const isWanted =
          kind === 'daily' ||
          (kind === 'owners' && ownerPaths.test(path)) ||
          (kind === 'account' && path.startsWith('/health')) ||
          objects.has(object);
        if (isWanted) wanted.push(key);
      }
      return wanted;
    },
  };
}

/** `definitions contacts …`, `owners …`: undefined for calls that concern their own request alone. */
function keyOf({ method, path, status, responseText, requestText }: RawExchange): string | undefined {
  if (status === undefined || responseText === undefined) return undefined;
  if (status === 429) return /DAILY|daily/.test(responseText) ? 'daily' : undefined;
  if (status >= 500) return undefined;
  const [route = '', query = ''] = path.split('?');
  const type = /^\/crm\/v\d\/properties\/([^/]+)/.exec(route)?.[1];
  if (type !== undefined) {
    if (method === 'GET') return `definitions ${type} ${query}`;
    // A property that could be made is in the definitions from then on.
    return status >= 400 ? `refused ${type} ${route} ${requestText ?? ''}` : undefined;
  }
  if (/^\/crm\/v\d\/owners/.test(route)) return `owners ${query}`;
  return route.startsWith('/account-info/') ? 'account' : undefined;
}
