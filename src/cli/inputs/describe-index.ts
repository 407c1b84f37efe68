import type { Config } from '../../config.ts';
import type { CallContext, Crm } from '../../crm/crm.ts';
import { ruleWords, standingOf, sweptWords } from '../../identity/index-standing.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { readIndex } from './read-index.ts';

/**
 * Whether the identity index of the bridge that uses this configuration answers a rule, as its store knows it.
 * @returns words for the rule at a position, such as `complete, swept 12 s ago`.
 */
export async function describeIndex(
  config: Config,
  { crm, context }: { readonly crm: Pick<Crm, 'readAccount'>; readonly context: CallContext },
  mapping: Mapping,
): Promise<(rule: number) => string> {
  if (config.identityIndex === undefined) return () => 'off';
  const index = await readIndex(config, (await crm.readAccount(context)).id);
  if (index === undefined) return () => 'in the memory of the bridge';
  const { reading, place, account } = index;
  if ('reason' in reading) return () => `${place} cannot be read: ${reading.reason}`;
  if ('fault' in reading) return () => faults[reading.fault];
  const { stored } = reading;
  if (stored.account === undefined) return () => 'a part of it was lost: it is rebuilt';
  if (stored.account !== account) return () => 'of another account or secret: it is rebuilt';
  const standing = standingOf(stored, mapping, Date.now());
  return (rule) => `${ruleWords(standing.rules[rule] ?? { state: 'not begun' })}, ${sweptWords(standing)}`;
}

const faults = {
  none: 'nothing is built yet',
  'not a file': 'there is a folder in its place',
  damaged: 'damaged: it is rebuilt',
  'other form': 'of another version: it is rebuilt',
};
