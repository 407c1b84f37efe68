import type { RawExchange } from './raw-capture.ts';

/**
 * Calls whose answers outlive the request that made them: definitions of properties, owners, the account, a refused attempt to
 * make a property, a day's limit that is used up. A later request builds upon them without asking again.
 */
export interface PriorKnowledge {
  /** Keeps the call when it is of that kind. */
  note(exchange: RawExchange): void;
  /** What is known at this moment. */
  snapshot(): KnowledgeSnapshot;
  /**
   * Names of what a request may have built upon: what was known when it began, and what other requests learned meanwhile.
   * @param own the calls that it made itself.
   */
  relevantTo(path: string, own: readonly RawExchange[], atStart: KnowledgeSnapshot): readonly string[];
}

/** Key → the newest call of it. */
export type KnowledgeSnapshot = ReadonlyMap<string, KnowledgeEntry>;

interface KnowledgeEntry {
  /** Differs from version to version of the same key. */
  readonly name: string;
  readonly at: number;
}

/** Kinds of object whose definitions a path of the contract needs. */
const OBJECTS_OF_PATH: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/contacts\b/, ['contacts']],
  [/^\/companies\b/, ['companies']],
  [/^\/activities\b/, ['emails', 'communications', 'notes']],
  [/^\/tasks\b/, ['tasks']],
];
const ownerPaths = /^\/(?:users|tasks|activities)\b/;
/** As long as the bridge keeps what it learned: definitions 10 minutes, owners 5, a refusal 10; a group for good. */
const lastsMs = 10 * 60_000;

/** @param onNew told of every call that is kept, under a name of its own. */
export function createPriorKnowledge(
  onNew: (name: string, exchange: RawExchange) => void,
  now: () => number = () => performance.now(),
): PriorKnowledge {
  let entries: KnowledgeSnapshot = new Map();
  let count = 0;
  return {
    note(exchange) {
      const key = keyOf(exchange);
      const stopped = `daily ${laneOf(exchange.path)}`;
      if (key !== stopped && entries.has(stopped) && (exchange.status ?? 500) < 400) {
        entries = new Map([...entries].filter(([name]) => name !== stopped));
      }
      if (key === undefined) return;
      count += 1;
      const name = `${key}#${count}`;
      entries = new Map(entries).set(key, { name, at: now() });
      onNew(name, exchange);
    },
    snapshot: () => entries,
    relevantTo(path, own, atStart) {
      const isWanted = wantedBy(path, own);
      const made = new Set(own.map(keyOf));
      const used: string[] = [];
      for (const [key, newest] of entries) {
        const entry = made.has(key) ? atStart.get(key) : newest;
        const isFresh = entry !== undefined && (key.startsWith('group ') || now() - entry.at < lastsMs);
        if (isFresh && isWanted(key)) used.push(entry.name);
      }
      return used;
    },
  };
}

function wantedBy(path: string, own: readonly RawExchange[]): (key: string) => boolean {
  const objects = new Set(OBJECTS_OF_PATH.flatMap(([pattern, names]) => (pattern.test(path) ? names : [])));
  for (const { path: called } of own) {
    const type = /^\/crm\/v\d\/objects\/([^/?]+)/.exec(called)?.[1];
    if (type !== undefined) objects.add(type);
  }
  return (key) => {
    const [kind, object = ''] = key.split(' ');
    if (kind === 'daily') return true;
    if (kind === 'owners') return ownerPaths.test(path);
    return kind === 'account' ? path.startsWith('/health') : objects.has(object);
  };
}

/** HubSpot counts searches and associations on their own (its usage guidelines). */
export function laneOf(path: string): 'burst' | 'search' | 'associations' {
  if (/\/search(?:$|\?)/.test(path)) return 'search';
  return path.includes('/associations/') ? 'associations' : 'burst';
}

/** `definitions contacts …`, `owners …`: undefined for calls that concern their own request alone. */
function keyOf({ method, path, status, responseText, requestText }: RawExchange): string | undefined {
  if (status === undefined || responseText === undefined) return undefined;
  if (status === 429) return /DAILY|daily/.test(responseText) ? `daily ${laneOf(path)}` : undefined;
  if (status >= 500) return undefined;
  const [route = '', query = ''] = path.split('?');
  const type = /^\/crm\/v\d\/properties\/([^/]+)/.exec(route)?.[1];
  if (type !== undefined) {
    if (method === 'GET') return `definitions ${type} ${query}`;
    if (route.endsWith('/groups')) return `group ${type} ${requestText ?? ''}`;
    // A property that could be made is in the definitions from then on.
    return status >= 207 ? `refused ${type} ${route} ${requestText ?? ''}` : undefined;
  }
  if (/^\/crm\/v\d\/owners/.test(route)) return `owners ${query}`;
  return route.startsWith('/account-info/') ? 'account' : undefined;
}
