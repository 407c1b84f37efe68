import type { RecordUpdate } from './record-update.ts';

/** More properties than this are counted, not listed. */
const maxListed = 20;

/**
 * Warns about values of a record that a create found and is about to replace: the sender of the create does not know that record. Enginy's
 * own record, sent again, replaces what it wrote before, as an update does.
 */
export function warnReplaced(update: RecordUpdate): void {
  const { id, current, draft, changes } = update;
  const linkedBy = changes.find(
    (change) => change.linkedBy !== undefined && change.linkedBy !== 'externalId',
  )?.linkedBy;
  if (current === undefined || linkedBy === undefined) return;
  const replaced = Object.entries(draft.properties).flatMap(([name, value]) => {
    // Creates of one request that lead to one record are written together: the last one replaces the others, too.
    const others = changes.map(({ translation }) => translation.properties[name] ?? '');
    const isReplacing = [current.properties[name] ?? '', ...others].some((held) => held !== '' && !isSame(held, value));
    return isReplacing ? [name] : [];
  });
  if (replaced.length === 0) return;
  const more = replaced.length - maxListed;
  const listed = replaced.slice(0, maxListed).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const warning = `linked to record ${id} by ${linkedBy}; other values were replaced in ${listed}`;
  update.draft = { ...draft, warnings: [...draft.warnings, warning] };
}

/** The CRM may store a value in another form: in lower case, a number with decimals, a time with milliseconds. */
function isSame(held: string, value: string): boolean {
  const [one = '', other = ''] = [held, value].map((text) => text.trim().toLowerCase());
  if (one === other) return true;
  if (Number.isFinite(Number(one)) && Number.isFinite(Number(other))) return Number(one) === Number(other);
  const isTime = [one, other].every((text) => /^\d{4}-\d\d-\d\d(?:t|$)/.test(text));
  return isTime && Date.parse(one) === Date.parse(other);
}
