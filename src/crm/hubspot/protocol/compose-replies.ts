import { isObject } from '../../../json.ts';
import type { BatchContent, ComposedReply, ReplyComposer } from '../../crm-protocol.ts';

export const replyComposer: ReplyComposer = {
  batch,
  search: (results) => ({ status: 200, body: { total: results.length, results } }),
  record({ id, properties, rest }, names) {
    const kept = ['hs_object_id', 'createdate', ...names].map((name) => [name, properties[name] ?? null]);
    return { id, properties: Object.fromEntries(kept), ...rest };
  },
  missing: (ids) => ({
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: 'Could not get some objects, they may be deleted or not exist.',
    context: { ids },
  }),
  groupCreated: ({ body }) => ({ status: 201, body: isObject(body) ? body : {} }),
  unknownCall: () => ({
    status: 404,
    body: { status: 'error', category: 'OBJECT_NOT_FOUND', message: 'The capture has no response to this call' },
  }),
  withTraceIds,
};

/** HubSpot returns 207 as soon as one input failed. */
function batch(kind: Parameters<ReplyComposer['batch']>[0], { results, errors }: BatchContent): ComposedReply {
  const isCreated = kind === 'create' || kind === 'create properties';
  return {
    status: errors.length > 0 ? 207 : isCreated ? 201 : 200,
    body: { status: 'COMPLETE', results, ...(errors.length > 0 && { numErrors: errors.length, errors }) },
  };
}

function withTraceIds(content: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(content)) return content.map((entry) => withTraceIds(entry, ids));
  if (!isObject(content)) return content;
  return Object.fromEntries(
    Object.entries(content).map(([name, entry]) => {
      if (name !== 'objectWriteTraceId') return [name, withTraceIds(entry, ids)];
      if (Array.isArray(entry)) return [name, entry.map((id) => ids.get(String(id)) ?? id)];
      return [name, ids.get(String(entry)) ?? entry];
    }),
  );
}
