import { hash } from 'node:crypto';
import type { CallReader, Knowledge } from '../../crm/crm-protocol.ts';
import { knowledgeBounds } from './latest-entries.ts';
import { bytesOf, type RawExchange } from './raw-capture.ts';

/**
 * Calls whose answers outlive the request that made them: property definitions, owners, the account, a refused attempt to create
 * a property, an exhausted daily limit. Later requests rely on them without asking again.
 */
export interface PriorKnowledge {
  /** Keeps the call if it is of that kind. */
  note(exchange: RawExchange): void;
  /** What is known now. */
  snapshot(): KnowledgeSnapshot;
  /**
   * What a request may rely on: what was known when it began, and what other requests learned meanwhile.
   * @param own the calls that it made itself.
   */
  relevantTo(endpoint: string, own: readonly RawExchange[], atStart: KnowledgeSnapshot): readonly KnownCall[];
}

/** A call that later requests rely on. */
export interface KnownCall {
  /** Different for every version of the same key. */
  readonly name: string;
  readonly exchange: RawExchange;
}

/** Key → the latest call of it. */
export type KnowledgeSnapshot = ReadonlyMap<string, KnowledgeEntry>;

interface KnowledgeEntry extends KnownCall {
  readonly knowledge: Knowledge;
  readonly bytes: number;
  readonly at: number;
}

const ownerEndpoints = /^\/(?:users|tasks|activities)\b/;
/** The bridge remembers definitions for 10 minutes, owners for 5, a refusal for 10, and property groups until it stops. */
const maxAgeMs = 10 * 60_000;

export function createPriorKnowledge(calls: CallReader, now: () => number = () => performance.now()): PriorKnowledge {
  let entries: KnowledgeSnapshot = new Map();
  let count = 0;
  const isFresh = ({ knowledge, at }: KnowledgeEntry) => knowledge.kind === 'property group' || now() - at < maxAgeMs;
  return {
    note(exchange) {
      const knowledge = calls.knowledgeFrom(exchange);
      const limitKey = calls.dailyLimitKey(exchange.path);
      if (knowledge?.key !== limitKey && entries.has(limitKey) && (exchange.status ?? 500) < 400) {
        entries = new Map([...entries].filter(([key]) => key !== limitKey));
      }
      if (knowledge === undefined) return;
      count += 1;
      const key = shortKey(knowledge.key);
      const others = [...entries].filter(([other, entry]) => other !== key && isFresh(entry));
      const bytes = bytesOf(exchange);
      const added = { knowledge: { ...knowledge, key }, name: `${key}#${count}`, exchange, bytes, at: now() };
      entries = new Map(bytes > knowledgeBounds.maxBytes ? others : [...roomIn(others, bytes), [key, added]]);
    },
    snapshot: () => entries,
    relevantTo(endpoint, own, atStart) {
      const isNeeded = neededBy(calls, endpoint, own);
      const ownKeys = new Set(own.map((exchange) => shortKey(calls.knowledgeFrom(exchange)?.key ?? '')));
      return [...entries].flatMap(([key, latest]) => {
        const entry = ownKeys.has(key) ? atStart.get(key) : latest;
        return entry !== undefined && isNeeded(entry.knowledge) && isFresh(entry) ? [entry] : [];
      });
    },
  };
}

type Entries = readonly (readonly [string, KnowledgeEntry])[];

/**
 * Without the oldest, so that there is room for one more of this many bytes. Refused attempts to create a property, of which there may be
 * thousands, make room for the others.
 */
function roomIn(entries: Entries, bytes: number): Entries {
  const isRefusal = ([, { knowledge }]: Entries[number]) => knowledge.kind === 'refused creation';
  const kept = [...entries];
  let total = kept.reduce((sum, [, entry]) => sum + entry.bytes, bytes);
  while (kept.length >= knowledgeBounds.maxEntries || total > knowledgeBounds.maxBytes) {
    const [removed] = kept.splice(Math.max(0, kept.findIndex(isRefusal)), 1);
    if (removed === undefined) break;
    total -= removed[1].bytes;
  }
  return kept;
}

/** Some keys contain a whole body. */
function shortKey(key: string): string {
  return key.length <= 200 ? key : `${key.slice(0, 100)} ${hash('sha256', key)}`;
}

function neededBy(calls: CallReader, endpoint: string, own: readonly RawExchange[]): (knowledge: Knowledge) => boolean {
  const objectTypes = new Set(calls.objectTypesFor(endpoint));
  for (const { path } of own) {
    const objectType = calls.objectTypeOf(path);
    if (objectType !== undefined) objectTypes.add(objectType);
  }
  return ({ kind, objectType }) => {
    switch (kind) {
      case 'daily limit':
        return true;
      case 'owners':
        return ownerEndpoints.test(endpoint);
      case 'account':
        return endpoint.startsWith('/health');
      default:
        return objectTypes.has(objectType);
    }
  };
}
