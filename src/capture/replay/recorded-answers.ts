import type { CallMeaning, CrmProtocol, WireCall } from '../../crm/crm-protocol.ts';
import type { Capture, CapturedExchange } from '../capture-schema.ts';
import { callName } from './call-name.ts';
import { asRecorded, type CrmReply, reply } from './crm-reply.ts';
import { createRecordedLinks } from './recorded-links.ts';
import { createRecordedProperties } from './recorded-properties.ts';
import { createRecordedReads } from './recorded-reads.ts';
import { createRecordedWrites } from './recorded-writes.ts';

type Recorded = Pick<Capture, 'exchanges' | 'ambient'>;

/** The recorded exchanges as a CRM that answers. */
export interface RecordedAnswers {
  answer(call: WireCall): CrmReply;
  /** What could not be answered from the capture, in words for a person. */
  readonly assumptions: readonly string[];
  /** The first call that was not recorded, and what preceded it; undefined if all were recorded. */
  readonly divergence: string | undefined;
  /** Writes that were answered as their recorded counterparts, although they carry other values. */
  readonly oldAnswers: readonly string[];
}

/**
 * The same call gets the same answer, in the recorded order if it was sent several times. A call that is batched differently gets
 * what the recorded calls say about each of its parts. Calls that the capture knows nothing about are answered so that the bridge
 * can continue, and reported as assumptions.
 */
export function createRecordedAnswers(protocol: CrmProtocol, capture: Recorded): RecordedAnswers {
  const { calls } = protocol;
  const inOrder = [...capture.exchanges].sort((a, b) => a.call.startedMs - b.call.startedMs);
  const recorded = { exchanges: inOrder, ambient: capture.ambient };
  const open = inSequence(calls.keyOf, recorded);
  const last = new Map<string, CapturedExchange>();
  const properties = createRecordedProperties(protocol, recorded);
  const assumptions: string[] = [];
  const parts = createPartAnswers(protocol, recorded, { properties, assumptions });
  const oldAnswers: string[] = [];
  let divergence: string | undefined;
  let count = 0;
  let previous = 'it was the first call';

  function note(call: WireCall, isAssumed: boolean): void {
    const name = callName(calls, call);
    if (isAssumed) divergence ??= `call ${count}, ${name}, was not recorded; ${previous}`;
    else if (calls.meaningOf(call).kind === 'write') oldAnswers.push(name);
  }

  /** Sent once more than recorded: the last answer still holds. */
  function again(call: WireCall): CrmReply | undefined {
    const exchange = last.get(calls.keyOf(call));
    return exchange === undefined ? undefined : properties.withCreated(call, asRecorded(protocol, exchange, call));
  }

  function exactly(call: WireCall): CrmReply | undefined {
    const key = calls.keyOf(call);
    const next = open.get(key)?.shift();
    if (next === undefined) return undefined;
    last.set(key, next);
    return properties.withCreated(call, asRecorded(protocol, next, call));
  }

  function otherwise(call: WireCall): CrmReply {
    const meaning = calls.meaningOf(call);
    const assumed = assumptions.length;
    const answered = parts.known(meaning, call) ?? again(call) ?? parts.assumed(meaning, call);
    if (!last.has(calls.keyOf(call))) note(call, assumptions.length > assumed);
    return answered;
  }

  return {
    answer(call) {
      count += 1;
      const answered = exactly(call) ?? otherwise(call);
      previous = `the call before it was ${callName(calls, call)}`;
      return answered;
    },
    assumptions,
    oldAnswers,
    get divergence() {
      return divergence;
    },
  };
}

interface PartAnswers {
  /** What the recorded calls say about each part of the call; undefined where they say nothing. */
  known(meaning: CallMeaning, call: WireCall): CrmReply | undefined;
  /** An answer that lets the bridge continue, noted as an assumption. */
  assumed(meaning: CallMeaning, call: WireCall): CrmReply;
}

interface Shared {
  readonly properties: ReturnType<typeof createRecordedProperties>;
  /** Receives what could not be answered from the capture. */
  readonly assumptions: string[];
}

function createPartAnswers(
  protocol: CrmProtocol,
  { exchanges, ambient }: Recorded,
  { properties, assumptions }: Shared,
): PartAnswers {
  const { replies } = protocol;
  const reads = createRecordedReads(protocol, [...ambient, ...exchanges]);
  const writes = createRecordedWrites(protocol, exchanges);
  const links = createRecordedLinks(protocol, exchanges);

  function fromAmbient(call: WireCall): CrmReply | undefined {
    const found = knownAnswer(protocol, ambient, call);
    return found === undefined ? undefined : properties.withCreated(call, found);
  }

  return {
    known(meaning, call) {
      switch (meaning.kind) {
        case 'read':
          return reads.read(meaning, assumptions);
        case 'search':
          return reads.search(meaning, assumptions);
        case 'write':
          return writes.write(meaning, assumptions);
        case 'link':
        case 'read links':
          return links.answer(meaning, assumptions);
        case 'create properties':
          return properties.create(meaning, assumptions);
        case 'create property group':
        case 'other':
          return fromAmbient(call);
      }
    },
    assumed(meaning, call) {
      if (meaning.kind === 'create property group') {
        assumptions.push('that the property group can be created');
        return reply(replies.groupCreated(call));
      }
      assumptions.push(`a response to ${call.method} ${call.path}`);
      return reply(replies.unknownCall());
    },
  };
}

/** The exchanges of each call in their order; what the bridge knew already comes before them, without delay. */
function inSequence(
  keyOf: (call: WireCall) => string,
  { exchanges, ambient }: Recorded,
): Map<string, CapturedExchange[]> {
  const open = new Map<string, CapturedExchange[]>();
  for (const exchange of exchanges) {
    const key = keyOf(exchange);
    open.set(key, [...(open.get(key) ?? []), exchange]);
  }
  for (const exchange of ambient) {
    const repeated = open.get(keyOf(exchange));
    repeated?.unshift({ ...exchange, call: { ...exchange.call, durationMs: 0 } });
  }
  return open;
}

/** The answer of an earlier request; for definitions also one that was read with another query. */
function knownAnswer(
  protocol: CrmProtocol,
  ambient: readonly CapturedExchange[],
  call: WireCall,
): CrmReply | undefined {
  const { keyOf } = protocol.calls;
  const exact = ambient.find((exchange) => keyOf(exchange) === keyOf(call));
  const [route = ''] = call.path.split('?');
  const near = ambient.find(
    ({ method, path }) => method === 'GET' && call.method === 'GET' && path.split('?')[0] === route,
  );
  const isArchived = protocol.definitions.readIn(call)?.isArchived === true;
  const found = exact ?? (isArchived ? undefined : near);
  if (found === undefined) return undefined;
  const answer = asRecorded(protocol, found, call);
  return answer.kind === 'silence' ? answer : { ...answer, afterMs: 0 };
}
