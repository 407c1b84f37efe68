import type { Crm, NewProperty } from '../crm/crm.ts';

/** A CRM that can only be read; every write throws. */
export function readOnlyCrm(crm: Crm): Crm {
  const refuse = async (): Promise<never> => {
    throw new Error('an explanation must not write');
  };
  return {
    ...crm,
    create: refuse,
    update: refuse,
    createProperties: refuse,
    link: refuse,
    linkAs: refuse,
    unlink: refuse,
  };
}

/** Reads the CRM's users at most once, however many records have one. */
export function listingOwnersOnce(crm: Crm): Crm {
  let owners: ReturnType<Crm['listOwners']> | undefined;
  return { ...crm, listOwners: (context) => (owners ??= crm.listOwners(context)) };
}

type PropertyCrm = Pick<Crm, 'readProperties' | 'createProperties'>;

/** Reads the CRM's properties and only pretends to create new ones, to show what would depend on them. */
export function pretendCreating(crm: Pick<Crm, 'readProperties'>): {
  readonly crm: PropertyCrm;
  /** Properties that would have been created, by name. */
  readonly created: ReadonlyMap<string, NewProperty>;
} {
  const created = new Map<string, NewProperty>();
  return {
    created,
    crm: {
      readProperties: (...question) => crm.readProperties(...question),
      createProperties: async (_objectType, properties) => {
        for (const property of properties) created.set(property.name, property);
        return properties.map(() => 'created');
      },
    },
  };
}
