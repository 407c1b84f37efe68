import type { Pair } from '../../crm/crm.ts';
import type { CrmProtocol, LinkMeaning } from '../../crm/crm-protocol.ts';
import type { CapturedExchange } from '../capture-schema.ts';
import { asRecorded, type CrmReply, hasFailed, reply } from './crm-reply.ts';

/** Answers link calls from the links of all recorded calls together. */
export interface RecordedLinks {
  /** @param assumptions receives what the capture does not say. */
  answer(call: LinkMeaning, assumptions: string[]): CrmReply;
}

export function createRecordedLinks(protocol: CrmProtocol, exchanges: readonly CapturedExchange[]): RecordedLinks {
  const { answers, calls, replies } = protocol;

  function find(call: LinkMeaning, item: Pair): CapturedExchange | undefined {
    return exchanges.find((exchange) => {
      const recorded = calls.meaningOf(exchange);
      return (
        recorded.kind === call.kind &&
        recorded.from === call.from &&
        recorded.to === call.to &&
        recorded.items.some(({ fromId, toId }) => fromId === item.fromId && toId === item.toId)
      );
    });
  }

  return {
    answer(call, assumptions) {
      const results: unknown[] = [];
      const errors: unknown[] = [];
      for (const item of call.items) {
        const exchange = find(call, item);
        if (exchange === undefined) {
          assumptions.push(`whether ${call.from} ${item.fromId} is linked to ${call.to} ${item.toId}`.trimEnd());
          continue;
        }
        if (hasFailed(exchange)) return asRecorded(protocol, exchange);
        const isAboutItem = (entry: unknown) => answers.isAboutLink(entry, item);
        for (const each of answers.resultsIn(exchange.response).filter(isAboutItem)) results.push(each);
        for (const each of answers.errorsIn(exchange.response).filter(isAboutItem)) errors.push(each);
      }
      return reply(replies.batch('link', { results, errors }));
    },
  };
}
