import type { CrmRecord } from '../../crm/crm.ts';
import { withoutKept } from '../../mapping/run/held-back.ts';
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
    if (isEmpty(current, name)) properties[name] = value;
    // The same value again is no loss, and resends of Enginy's own id are the rule.
    else if (current.properties[name] !== value) {
      const asSent = said.heldBack.find((held) => held.reason === 'as-it-came' && held.property === name);
      const { warnings, heldBack } = withoutKept(said, name);
      const field = draft.sources[name] ?? name;
      const problem = update.translation.asSent[name];
      const why =
        problem === undefined ? { reason: 'if-empty' as const } : { reason: 'unreadable' as const, detail: problem };
      const kept = asSent?.keptIn === undefined ? {} : { keptIn: asSent.keptIn };
      said = { warnings, heldBack: [...heldBack, { field, property: name, ...why, ...kept }] };
    }
  }
  const { warnings, heldBack } = said;
  update.draft = { ...draft, properties, warnings, heldBack };
}

function isEmpty({ properties }: CrmRecord, name: string): boolean {
  const held = properties[name];
  return held === undefined || held === null || held === '';
}
