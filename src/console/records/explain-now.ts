import type { RecordKind } from '../../contract/records.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import { hubSpotPropertyRules } from '../../crm/hubspot/property-rules.ts';
import { GatewayError } from '../../errors.ts';
import { explainRecords } from '../../explain/explain-records.ts';
import { compileMapping } from '../../mapping/run/compile-mapping.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import type { ConsoleSources } from '../console-sources.ts';
import type { ExplainedRecords } from '../replays/try-record.ts';

/** A record of HubSpot by its id. */
export interface LiveRecord {
  readonly object: RecordKind;
  readonly id: string;
}

export type RecordExplainer = (record: LiveRecord) => Promise<ExplainedRecords>;

/** A user is waiting, but Enginy's requests have priority. */
const explainMs = 20_000;

/** Explains what would happen to records if Enginy sent them as HubSpot has them now. Reads HubSpot, and writes nothing. */
export function createRecordExplainer({ crm, mappings, log }: ConsoleSources): RecordExplainer {
  return async ({ object, id }) => {
    const mapping = mappings.current()[object];
    if (mapping === undefined) return { fault: `There is no mapping file for ${object}.` };
    const context = { requestId: 'console', urgency: 'bulk', deadline: deadlineIn(explainMs) } as const;
    const pairs = pairsOf(mapping);
    try {
      const { objectType } = mapping.target;
      const known = new Set((await crm.readProperties(objectType, context)).map(({ name }) => name));
      const names = [...new Set(pairs.map(({ property }) => property))].filter((name) => known.has(name));
      const { found } = await crm.readByIds(objectType, [id], names, context);
      const properties = found.get(id)?.properties;
      if (properties === undefined) return { fault: `HubSpot has no record ${id} of ${object}.` };
      const record = asSent(pairs, properties);
      const scope = { rules: hubSpotPropertyRules, log, crm, mapping, context };
      return { explanations: await explainRecords(scope, [record]), omitted: 0 };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return { fault: `HubSpot could not be reached: ${error.message}` };
    }
  };
}

interface Pair {
  readonly field: string;
  readonly property: string;
}

/** Enginy's fields and where HubSpot has them: of match rules first, since these decide what is found. */
function pairsOf(mapping: Mapping): readonly Pair[] {
  const rules = compileMapping(mapping).rules.flatMap(({ pairs }) => pairs);
  return [
    ...(mapping.identity === undefined ? [] : [{ field: 'externalId', property: mapping.identity.crm }]),
    ...rules.map(({ field, property }) => ({ field, property })),
    ...mapping.write.fields.flatMap(({ enginy, crm }) =>
      enginy === undefined ? [] : [{ field: enginy, property: crm }],
    ),
  ];
}

function asSent(pairs: readonly Pair[], properties: Readonly<Record<string, string | null>>): EnginyRecord {
  const record: Record<string, string> = {};
  for (const { field, property } of pairs) {
    const value = properties[property];
    if (value !== null && value !== undefined && value !== '' && record[field] === undefined) record[field] = value;
  }
  return record;
}
