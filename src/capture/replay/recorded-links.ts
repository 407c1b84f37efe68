import { isObject } from '../../json.ts';
import { type LinkItem, type Meaning, meaningOf } from '../call-meaning.ts';
import type { CapturedExchange } from '../capture-file.ts';
import { asRecorded, type CrmReply, reply } from './crm-reply.ts';

/** Links of several recorded calls together. */
export function answerLinks(
  exchanges: readonly CapturedExchange[],
  meaning: Extract<Meaning, { kind: 'link' | 'read links' }>,
  assumptions: string[],
): CrmReply {
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const item of meaning.items) {
    const exchange = exchanges.find((each) => {
      const then = meaningOf(each);
      return (
        then.kind === meaning.kind &&
        then.from === meaning.from &&
        then.to === meaning.to &&
        then.items.some((other) => other.fromId === item.fromId && other.toId === item.toId)
      );
    });
    if (exchange === undefined) {
      assumptions.push(`whether ${meaning.from} ${item.fromId} is linked to ${meaning.to} ${item.toId}`.trimEnd());
      continue;
    }
    if (exchange.call.failure !== undefined || exchange.status >= 400)
      return asRecorded(exchange, { method: 'POST', path: '' });
    const body = isObject(exchange.response) ? exchange.response : {};
    results.push(...(Array.isArray(body.results) ? body.results.filter((result) => isAbout(result, item)) : []));
    errors.push(...(Array.isArray(body.errors) ? body.errors.filter((error) => isAbout(error, item)) : []));
  }
  return reply(errors.length > 0 ? 207 : 200, {
    status: 'COMPLETE',
    results,
    ...(errors.length > 0 && { errors, numErrors: errors.length }),
  });
}

function isAbout(entry: unknown, item: LinkItem): boolean {
  const ids = new Set(JSON.stringify(entry).match(/\d+/g) ?? []);
  return ids.has(item.fromId) && (item.toId === '' || ids.has(item.toId) || !('to' in Object(entry)));
}
