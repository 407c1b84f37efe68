import type { CrmRecord } from '../../crm/crm.ts';
import { candidateKeys, identifyingRules } from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { withoutProperties } from '../write-stripping.ts';
import type { RecordUpdate } from './record-update.ts';

/** A property whose value identifies a record, and that has others beside it which hold further values: email, domain. */
interface PrimaryProperty {
  readonly rule: number;
  readonly name: string;
  readonly secondary: readonly string[];
}

/** The properties that an update must read before it may write them. */
export function primariesIn(mapping: Mapping, update: RecordUpdate): readonly PrimaryProperty[] {
  return identifyingRules(mapping).flatMap((rule): PrimaryProperty[] => {
    const written = mapping.match.rules[rule];
    if (written === undefined || written === 'identity' || written.crm === undefined) return [];
    const { crm: name, also: secondary } = written;
    const isWritten = (update.draft.properties[name] ?? '') !== '';
    return secondary.length > 0 && isWritten ? [{ rule, name, secondary }] : [];
  });
}

/**
 * Drops a value that the record holds as a secondary one, such as a contact's earlier address: written, it would replace the primary
 * one. So would the address of a record that was merged into this one.
 */
export function keepPrimary(mapping: Mapping, update: RecordUpdate): void {
  const { current } = update;
  if (current === undefined) return;
  for (const primary of primariesIn(mapping, update)) {
    const held = candidateKeys(mapping, primary.rule, pick(current, [primary.name]));
    const sent = candidateKeys(mapping, primary.rule, { [primary.name]: update.draft.properties[primary.name] ?? '' });
    if (held.length === 0 || sent.some((value) => held.includes(value))) continue;
    const others = candidateKeys(mapping, primary.rule, pick(current, primary.secondary));
    const isSecondary = sent.length > 0 && sent.every((value) => others.includes(value));
    const isMerged = current.id !== update.id;
    if (!isSecondary && !isMerged) continue;
    const text = isSecondary
      ? `the record holds it as a further value (${primary.secondary.join(', ')}), and the first one is kept`
      : `record ${update.id} was merged into ${current.id}, whose value is kept`;
    const why = { text, reason: 'secondary', detail: isSecondary ? 'further value' : 'merged' } as const;
    update.draft = withoutProperties(update.draft, new Map([[primary.name, why]]));
  }
}

function pick({ properties }: CrmRecord, names: readonly string[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(names.map((name) => [name, properties[name] ?? null]));
}
