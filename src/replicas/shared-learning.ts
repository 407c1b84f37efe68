import { z } from 'zod';
import type { RefusalExchange, RefusalNews } from '../bridge/properties/creation-refusals.ts';
import type { RequirementStore, SeenRequirement } from '../crm/requirement-store.ts';
import type { SharedNotes } from './shared-notes.ts';

/** As long as a replica believes what it has learned itself. */
const refusalTtlMs = 45_000;
const requirementTtlMs = 10 * 60_000;

const RefusalNote = z.object({
  refusals: z.union([
    z.object({
      objectType: z.string(),
      name: z.string().exactOptional(),
      refusal: z.object({ refused: z.string(), reason: z.string(), detail: z.string().exactOptional() }),
    }),
    z.literal('forgotten'),
  ]),
});

/** Properties that the CRM refused to create, learned once for all replicas. */
export function shareRefusals(notes: SharedNotes): RefusalExchange {
  return {
    publish(news) {
      const key = news === 'forgotten' ? news : `${news.objectType}\u0001${news.name ?? ''}`;
      notes.write(`refusal\u0001${key}`, { refusals: news }, refusalTtlMs);
    },
    subscribe(onNews) {
      notes.follow((note, ageMs) => {
        const read = RefusalNote.safeParse(note);
        // The reasons are those of the replica that wrote it; one of another version is shown as it is.
        if (read.success) onNews(read.data.refusals as RefusalNews, ageMs);
      });
    },
  };
}

const RequirementNote = z.object({
  apiVersion: z.string(),
  seen: z.object({
    objectType: z.string(),
    name: z.string(),
    when: z.enum(['created', 'conditional']),
    seenAt: z.int(),
  }),
  isLifted: z.boolean(),
});

/**
 * What the account was seen to require, learned once for all replicas.
 * @param own the replica's own store, which keeps it over restarts.
 * @param apiVersion of the CRM: versions differ in what they enforce.
 */
export function shareRequirements(
  notes: SharedNotes,
  own: RequirementStore | undefined,
  apiVersion: string,
): RequirementStore {
  let written = new Map((own?.read() ?? []).map((seen) => [keyOf(seen), seen]));
  const publish = (seen: SeenRequirement, isLifted: boolean) =>
    notes.write(`required\u0001${apiVersion}\u0001${keyOf(seen)}`, { apiVersion, seen, isLifted }, requirementTtlMs);
  return {
    read: () => own?.read() ?? [],
    write(seen) {
      own?.write(seen);
      const before = written;
      written = new Map(seen.map((one) => [keyOf(one), one]));
      for (const [key, one] of written) if (before.get(key)?.seenAt !== one.seenAt) publish(one, false);
      for (const [key, one] of before) if (!written.has(key)) publish(one, true);
    },
    follow(onNews) {
      notes.follow((note) => {
        const read = RequirementNote.safeParse(note);
        if (!read.success || read.data.apiVersion !== apiVersion) return;
        const { seen, isLifted } = read.data;
        if (isLifted) written.delete(keyOf(seen));
        else written.set(keyOf(seen), seen);
        onNews(seen, isLifted);
      });
    },
  };
}

function keyOf({ objectType, name, when }: SeenRequirement): string {
  return `${objectType}/${name}/${when}`;
}
