import type { CrmRecord } from '../../crm/crm.ts';
import { type HeldBack, withoutKept } from '../../mapping/run/held-back.ts';
import type { Translation } from '../../mapping/run/translate-record.ts';
import type { Draft } from '../writes/write-stripping.ts';
import type { RecordUpdate } from './record-update.ts';

/** Adds the values whose property holds none. */
export function fillEmpty(update: RecordUpdate): void {
  const { current, draft, ifEmpty } = update;
  if (current === undefined) return;
  const properties = { ...draft.properties };
  let said: Pick<Draft, 'warnings' | 'heldBack'> = draft;
  for (const [name, value] of Object.entries(ifEmpty)) {
    if (Object.hasOwn(properties, name)) continue;
    if (isEmpty(current, name)) {
      properties[name] = value;
      overrule(update, name);
    }
    // The same value again is no loss, and resends of Enginy's own id are the rule.
    else if (current.properties[name] !== value) {
      const late = heldBackOf({ asSent: update.translation.asSent, sources: draft.sources }, said.heldBack, name);
      const { warnings, heldBack } = withoutKept(said, name);
      said = { warnings, heldBack: [...heldBack, late] };
    }
  }
  const { warnings, heldBack } = said;
  update.draft = { ...draft, properties, warnings, heldBack };
}

/** Notes the changes that have another value for a property: it is no longer empty when their turn comes. */
function overrule({ changes, translation, overruled }: RecordUpdate, name: string): void {
  for (const change of changes) {
    const sent = change.translation.ifEmpty[name];
    if (sent === undefined || sent === translation.ifEmpty[name]) continue;
    overruled.set(change, [
      ...(overruled.get(change) ?? []),
      heldBackOf(change.translation, change.translation.heldBack, name),
    ]);
  }
}

/** A value that is not written because the property has one. */
function heldBackOf(
  { asSent, sources }: Pick<Translation, 'asSent' | 'sources'>,
  heldBack: readonly HeldBack[],
  name: string,
): HeldBack {
  const field = sources[name] ?? name;
  const detail = asSent[name];
  if (detail === undefined) return { field, property: name, reason: 'if-empty' };
  const kept = heldBack.find((held) => held.reason === 'as-it-came' && held.property === name)?.keptIn;
  return { field, property: name, reason: 'unreadable', detail, ...(kept !== undefined && { keptIn: kept }) };
}

function isEmpty({ properties }: CrmRecord, name: string): boolean {
  const held = properties[name];
  return held === undefined || held === null || held === '';
}
