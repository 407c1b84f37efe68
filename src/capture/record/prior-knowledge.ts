import type { CallReader, Knowledge } from '../../crm/crm-protocol.ts';
import type { RawExchange } from './raw-capture.ts';

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
   * Names of the knowledge a request may rely on: what was known when it began, and what other requests learned meanwhile.
   * @param own the calls that it made itself.
   */
  relevantTo(endpoint: string, own: readonly RawExchange[], atStart: KnowledgeSnapshot): readonly string[];
}

/** Key → the latest call of it. */
export type KnowledgeSnapshot = ReadonlyMap<string, KnowledgeEntry>;

interface KnowledgeEntry {
  readonly knowledge: Knowledge;
  /** Different for every version of the same key. */
  readonly name: string;
  readonly at: number;
}

const ownerEndpoints = /^\/(?:users|tasks|activities)\b/;
/** The bridge remembers definitions for 10 minutes, owners for 5, a refusal for 10, and property groups until it stops. */
const maxAgeMs = 10 * 60_000;

/** @param onNew called for every call that is kept, with its name. */
export function createPriorKnowledge(
  calls: CallReader,
  onNew: (name: string, exchange: RawExchange) => void,
  now: () => number = () => performance.now(),
): PriorKnowledge {
  let entries: KnowledgeSnapshot = new Map();
  let count = 0;
  return {
    note(exchange) {
      const knowledge = calls.knowledgeFrom(exchange);
      const limitKey = calls.dailyLimitKey(exchange.path);
      if (knowledge?.key !== limitKey && entries.has(limitKey) && (exchange.status ?? 500) < 400) {
        entries = new Map([...entries].filter(([key]) => key !== limitKey));
      }
      if (knowledge === undefined) return;
      count += 1;
      const name = `${knowledge.key}#${count}`;
      entries = new Map(entries).set(knowledge.key, { knowledge, name, at: now() });
      onNew(name, exchange);
    },
    snapshot: () => entries,
    relevantTo(endpoint, own, atStart) {
      const isNeeded = neededBy(calls, endpoint, own);
      const ownKeys = new Set(own.map((exchange) => calls.knowledgeFrom(exchange)?.key));
      return [...entries].flatMap(([key, latest]) => {
        const entry = ownKeys.has(key) ? atStart.get(key) : latest;
        if (entry === undefined || !isNeeded(entry.knowledge)) return [];
        const isFresh = entry.knowledge.kind === 'property group' || now() - entry.at < maxAgeMs;
        return isFresh ? [entry.name] : [];
      });
    },
  };
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
