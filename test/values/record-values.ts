import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

/** What a value is sent as, and what is in the CRM afterwards: the values of these properties, and how many warnings name the field. */
export interface ValueCase {
  readonly given: Readonly<Record<string, unknown>>;
  readonly held: Readonly<Record<string, string | undefined>>;
  /** False where the value is written as a whole. */
  readonly isWarned?: boolean;
}

/** Creates a record for each case in one request, and returns what the CRM holds, in the form of the cases. */
export async function createAll(
  object: 'contacts' | 'companies',
  cases: readonly ValueCase[],
  environment: Record<string, string> = {},
): Promise<ValueCase[]> {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm, environment);
  const records = cases.map(({ given }, index) => ({ externalId: `case-${index}`, name: `Case ${index}`, ...given }));
  const answer = await bridge.send('POST', `/${object}`, { [object]: records });
  const held = new Map(crm.records(object).map(({ id, properties }) => [id, properties]));
  const results: { externalId: string; crmId: string; warnings?: string[] }[] = answer.body.results;
  return cases.map((each, index) => {
    const result = results.find(({ externalId }) => externalId === `case-${index}`);
    const properties = held.get(result?.crmId ?? '') ?? {};
    const found = Object.fromEntries(Object.keys(each.held).map((name) => [name, properties[name]]));
    return {
      given: each.given,
      held: found,
      ...(each.isWarned === undefined ? {} : { isWarned: (result?.warnings ?? []).length > 0 }),
    };
  });
}
