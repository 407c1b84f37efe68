import type { CreateInput, Crm } from '../crm/crm.ts';
import { NotSupportedError } from '../errors.ts';

/** A create that was only pretended. */
export interface PretendedCreate extends CreateInput {
  readonly objectType: string;
}

/**
 * A CRM that reads, and that only pretends to write: it remembers what would have been created.
 * @param crm absent: every id exists, nothing was created before, and owners cannot be listed.
 */
export function pretendWriting(crm: Crm | undefined): { readonly crm: Crm; readonly creates: PretendedCreate[] } {
  const creates: PretendedCreate[] = [];
  return {
    creates,
    crm: {
      ...(crm ?? nowhere),
      create: async (objectType, inputs) => {
        for (const input of inputs) creates.push({ objectType, ...input });
        return inputs.map(({ properties }) => ({ record: { id: 'new', properties } }));
      },
      createProperties: async (_objectType, properties) => properties.map(() => 'created'),
      update: async (_objectType, inputs) => inputs.map(({ id }) => ({ record: { id, properties: {} } })),
      link: async (_from, _to, pairs) => pairs.map(() => 'linked'),
      linkAs: async ({ pairs }) => ({ outcomes: pairs.map(() => 'linked'), removed: [], unknownLabels: [] }),
      unlink: async (_from, _to, pairs) => pairs.map(() => 'unlinked'),
    },
  };
}

/** What can be read without a CRM. */
const nowhere: Omit<Crm, 'create' | 'update' | 'createProperties' | 'link' | 'linkAs' | 'unlink'> = {
  canReadBy: async () => true,
  readByIds: async (_objectType, ids) => ({
    found: new Map(ids.map((id) => [id, { id, properties: {} }])),
    missing: new Set(),
    failed: new Map(),
  }),
  readBy: async ({ values }) => ({
    found: new Map(),
    missing: new Set(values),
    failed: new Map(),
  }),
  search: async () => ({ candidates: [], failed: new Map() }),
  countFilled: async () => new Map(),
  list: async () => ({ records: [], next: undefined }),
  modifiedSince: async () => ({ records: [], next: undefined, servedAt: new Date() }),
  readProperties: async () => [],
  forgetRequirements: () => {},
  readLinks: async (_from, _to, ids) => ({ found: new Map(ids.map((id) => [id, []])), failed: new Map() }),
  listOwners: async () => {
    throw new NotSupportedError('there is no CRM to list owners of');
  },
  readAccount: async () => {
    throw new NotSupportedError('there is no CRM');
  },
  listLinkLabels: async () => [],
  readScopes: async () => undefined,
};
