import type { Crm, NewProperty } from '../crm/crm.ts';

/** The CRM as far as it is read; every write is refused, whoever asks. */
export function readOnlyCrm(crm: Crm): Crm {
  const refuse = async (): Promise<never> => {
    throw new Error('an explanation never writes');
  };
  return { ...crm, create: refuse, update: refuse, createProperties: refuse, link: refuse, unlink: refuse };
}

type PropertyCrm = Pick<Crm, 'readProperties' | 'createProperties'>;

/** Reads the CRM's properties and makes new ones in its mind alone, so that what depends on them can be seen. */
export function pretendMaking(crm: Pick<Crm, 'readProperties'>): {
  readonly crm: PropertyCrm;
  /** Properties that would have been made, by name. */
  readonly made: ReadonlyMap<string, NewProperty>;
} {
  const made = new Map<string, NewProperty>();
  return {
    made,
    crm: {
      readProperties: (...question) => crm.readProperties(...question),
      createProperties: async (_objectType, properties) => {
        for (const property of properties) made.set(property.name, property);
        return properties.map(() => 'created');
      },
    },
  };
}
