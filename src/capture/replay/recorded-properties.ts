import type { CallMeaning, CrmProtocol, Json, NewDefinition, WireCall } from '../../crm/crm-protocol.ts';
import type { Capture, CapturedExchange } from '../capture-schema.ts';
import { asRecorded, type CrmReply, hasFailed, reply } from './crm-reply.ts';

/** Answers property creations, and remembers what a replay created that the recorded request did not. */
export interface RecordedProperties {
  /** @param assumptions receives what the capture does not say. */
  create(call: Extract<CallMeaning, { kind: 'create properties' }>, assumptions: string[]): CrmReply;
  /** The answer to a read of definitions, including properties that were created since. */
  withCreated(call: WireCall, answer: CrmReply): CrmReply;
}

export function createRecordedProperties(
  protocol: CrmProtocol,
  capture: Pick<Capture, 'exchanges' | 'ambient'>,
): RecordedProperties {
  const all = [...capture.ambient, ...capture.exchanges];
  const created = new Map<string, NewDefinition[]>();

  return {
    create({ objectType, definitions }, assumptions) {
      const results: Json[] = [];
      const errors: Json[] = [];
      for (const definition of definitions) {
        const recorded =
          creationOutcome(protocol, all, { objectType, name: definition.name }) ??
          refusedForAll(protocol, capture.ambient, objectType);
        if (recorded?.kind === 'refused') return asRecorded(protocol, recorded.exchange);
        if (recorded?.kind === 'error') errors.push(recorded.error);
        else {
          if (recorded === undefined) {
            assumptions.push(`that the property ${definition.name} of ${objectType} can be created`);
          }
          created.set(objectType, [...(created.get(objectType) ?? []), definition]);
          results.push({ ...definition.body });
        }
      }
      return reply(protocol.replies.batch('create properties', { results, errors }));
    },
    withCreated(call, answer) {
      const read = protocol.definitions.readIn(call);
      if (read === undefined || answer.kind !== 'reply') return answer;
      const added = created.get(read.objectType) ?? [];
      return added.length === 0 ? answer : { ...answer, body: protocol.definitions.withAdded(answer.body, added) };
    },
  };
}

type CreationOutcome =
  | { readonly kind: 'created' }
  | { readonly kind: 'error'; readonly error: Json }
  | { readonly kind: 'refused'; readonly exchange: CapturedExchange };

/** The portal lets the bridge create no properties at all, and the bridge remembered that. */
function refusedForAll(
  { calls }: CrmProtocol,
  ambient: readonly CapturedExchange[],
  objectType: string,
): CreationOutcome | undefined {
  const exchange = ambient.find((each) => {
    const meaning = calls.meaningOf(each);
    const isCreation = meaning.kind === 'create properties' || meaning.kind === 'create property group';
    return each.status === 403 && isCreation && meaning.objectType === objectType;
  });
  return exchange === undefined ? undefined : { kind: 'refused', exchange };
}

function creationOutcome(
  { answers, calls }: CrmProtocol,
  exchanges: readonly CapturedExchange[],
  { objectType, name }: { readonly objectType: string; readonly name: string },
): CreationOutcome | undefined {
  for (const exchange of exchanges) {
    const meaning = calls.meaningOf(exchange);
    if (meaning.kind !== 'create properties' || meaning.objectType !== objectType) continue;
    if (!meaning.definitions.some((definition) => definition.name === name)) continue;
    if (exchange.call.failure !== undefined) continue;
    if (hasFailed(exchange)) return { kind: 'refused', exchange };
    const error = answers.errorsIn(exchange.response).find((entry) => JSON.stringify(entry).includes(`"${name}"`));
    return error === undefined ? { kind: 'created' } : { kind: 'error', error };
  }
  return undefined;
}
