import type { Config } from '../../config.ts';
import type { SeenRequirement } from '../../crm/requirement-store.ts';
import { openStores } from '../../data-dir/open-stores.ts';

/**
 * What the bridge that uses this configuration saw its account require.
 * @param onProblem called with a sentence if the file is there and cannot be used.
 */
export function readRequirements(config: Config, onProblem: (text: string) => void): readonly SeenRequirement[] {
  const stores = openStores(config, (sentence, { file, problem }) => onProblem(`${sentence}: ${file} (${problem})`));
  return stores?.requirements.read() ?? [];
}
