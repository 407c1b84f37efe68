import { problemOfError } from '../../crm/crm-problem.ts';
import type { ActivityMapping, Direction } from '../../mapping/schema/activity-mapping.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { describeProblem } from '../problem.ts';
import type { LinkedRecords } from '../records/linked-records.ts';
import type { UpdateInput } from '../../crm/crm.ts';
import type { TimelineScope } from './timeline-scope.ts';

/**
 * Sets the properties of `on_activity` on the contact and company of an activity. Also after a resend: the first attempt may have
 * ended before it got here.
 * @returns warnings: an activity that was logged stays logged.
 */
export async function markEngagement(
  scope: TimelineScope,
  activities: ActivityMapping,
  { linked, direction }: { readonly linked: LinkedRecords; readonly direction: Direction },
): Promise<readonly string[]> {
  const { contacts, companies } = scope.mappings;
  const targets = [
    { kind: 'contact', mapping: contacts, record: linked.contact, rows: activities.on_activity.contacts },
    { kind: 'company', mapping: companies, record: linked.company, rows: activities.on_activity.companies },
  ];
  const warnings = await Promise.all(
    targets.map(async ({ kind, mapping, record, rows }) => {
      const applicable = rows.filter((row) => (row.direction ?? direction) === direction);
      if (mapping === undefined || record === undefined || applicable.length === 0) return [];
      const properties = Object.fromEntries(applicable.map(({ crm, value }) => [crm, value]));
      const failedBecause = await tryMark(scope, mapping, { id: record.id, properties });
      return failedBecause.map((reason) => `on_activity: the ${kind} was not marked: ${reason}`);
    }),
  );
  return warnings.flat();
}

async function tryMark(scope: TimelineScope, mapping: Mapping, mark: UpdateInput): Promise<readonly string[]> {
  try {
    const result = await scope.engagement.mark(mapping, mark, scope.context);
    if (result === undefined) return [];
    return 'problem' in result ? [describeProblem(result.problem)] : result.warnings;
  } catch (error) {
    return [describeProblem(problemOfError(error, 'ambiguous'))];
  }
}
