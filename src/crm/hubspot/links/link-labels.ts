import type { CallContext } from '../../crm.ts';
import type { LinkTypes } from '../calls/link-calls.ts';
import { type AssociationLabel, linkLabels } from '../calls/typed-link-calls.ts';
import type { Transport } from '../transport/transport.ts';

/** Labels are read again after this many milliseconds, or when a name is not among them. */
const ttlMs = 10 * 60_000;
/** A name that is not there is looked for again at most this often, in milliseconds. */
const minRereadMs = 30_000;

/** The association types of the account, cached. */
export interface LinkLabels {
  /** @param wanted names that cause a new read where the cached list does not have them. */
  of(types: LinkTypes, wanted: readonly string[], context: CallContext): Promise<readonly AssociationLabel[]>;
}

export function createLinkLabels(transport: Transport, now: () => number = () => performance.now()): LinkLabels {
  const cached = new Map<string, { readonly at: number; readonly labels: readonly AssociationLabel[] }>();
  return {
    async of(types, wanted, context) {
      const name = `${types.from}>${types.to}`;
      const known = cached.get(name);
      const age = known === undefined ? Number.POSITIVE_INFINITY : now() - known.at;
      const isComplete = wanted.every((label) => findLabel(known?.labels ?? [], label) !== undefined);
      if (known !== undefined && age < (isComplete ? ttlMs : minRereadMs)) return known.labels;
      const labels = (await transport(linkLabels(types), context)).results;
      cached.set(name, { at: now(), labels });
      return labels;
    },
  };
}

/** A label by the name that users see, whatever its case. */
export function findLabel(labels: readonly AssociationLabel[], name: string): AssociationLabel | undefined {
  const wanted = name.trim().toLowerCase();
  return labels.find(({ label }) => label?.trim().toLowerCase() === wanted);
}
