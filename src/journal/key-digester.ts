import {
  canonicalEmail,
  canonicalPhone,
  canonicalProfile,
  type Digest,
  isOfPerson,
  type KeyKind,
  type PersonKeyKind,
} from './digests.ts';
import type { PartHead } from './journal-messages.ts';
import type { RecordColumns } from './stored-parts.ts';

/** Digests of people that are remembered, of each kind: the same ones are synced, created and updated within minutes. */
const maxRemembered = 2_000;

interface ReadPart {
  /** The id of its first record. */
  readonly first: number;
  readonly head: Pick<PartHead, 'decisions' | 'keys'>;
  readonly columns: RecordColumns;
}

/**
 * Appends to `keys` what the records of a part are found by: a digest, its record, and so on, as key-blocks.ts takes them.
 * @returns how many records the part has.
 */
type KeyDigester = (keys: number[], part: ReadPart) => number;

export function createKeyDigester(digest: Digest): KeyDigester {
  const digestOf = createKeyDigest(digest);
  return (keys, part) => {
    addIds(keys, digest, part);
    for (const [kind, texts, positions] of part.head.keys) {
      for (let at = 0; at < texts.length; at += 1) {
        const found = digestOf(kind, texts[at] ?? '');
        if (found !== undefined) keys.push(found, part.first + (positions[at] ?? 0));
      }
    }
    return part.columns[0].length;
  };
}

function addIds(keys: number[], digest: Digest, { first, head, columns }: ReadPart): void {
  const [externalIds, crmIds, decisionOf] = columns;
  const kinds = head.decisions.map(([object]) => [`external ${object}`, `crm ${object}`] as const);
  for (let at = 0; at < decisionOf.length; at += 1) {
    const kind = kinds[decisionOf[at] ?? 0];
    const [externalId, crmId] = [externalIds[at], crmIds[at]];
    if (kind === undefined) continue;
    if (typeof externalId === 'string') keys.push(digest(kind[0], externalId), first + at);
    if (typeof crmId === 'string') keys.push(digest(kind[1], crmId), first + at);
  }
}

/** The digest of a key as it was sent; undefined for a text that is no key of its kind. */
function createKeyDigest(digest: Digest): (kind: KeyKind, text: string) => number | undefined {
  const remembered = new Map<PersonKeyKind, Map<string, number | undefined>>();
  return (kind, text) => {
    if (!isOfPerson(kind)) return digest(kind, text);
    let known = remembered.get(kind);
    if (known === undefined || known.size >= maxRemembered) {
      known = new Map();
      remembered.set(kind, known);
    }
    if (known.has(text)) return known.get(text);
    const key = canonical[kind](text);
    const found = key === undefined ? undefined : digest(kind, key);
    known.set(text, found);
    return found;
  };
}

const canonical: Readonly<Record<PersonKeyKind, (text: string) => string | undefined>> = {
  email: canonicalEmail,
  phone: canonicalPhone,
  profile: canonicalProfile,
};
