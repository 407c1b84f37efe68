import type { PropertyDefinition } from '../crm/crm.ts';
import { oneLine, optionText } from './option-text.ts';

/**
 * A mapping file with what the portal's own settings add to it, as comments: the options of the property that `on_create` shows as an
 * example, and lifecycle stages that the value map does not name.
 */
export function insertOptions(text: string, definitions: readonly PropertyDefinition[]): string {
  return insertStages(insertExampleOptions(text, definitions), definitions);
}

function insertExampleOptions(text: string, definitions: readonly PropertyDefinition[]): string {
  const example = /^ {2}# on_create:.*\n {2}# {3}- \{ crm: (\w+),/m.exec(text);
  const definition = definitions.find(({ name }) => name === example?.[1]);
  if (example === null || definition === undefined || definition.options.length === 0) return text;
  const comment = `  # Options of ${definition.name}: ${optionText(definition)}.\n`;
  return text.slice(0, example.index) + comment + text.slice(example.index);
}

/** Stages of every portal: the shipped map names all but `other`, which says nothing. */
const isDefaultStage = (value: string) => value === 'other';

function insertStages(text: string, definitions: readonly PropertyDefinition[]): string {
  const map = /^ {2}lifecycle_stage:\n {4}map:\n((?: {6}.*\n)+)/m.exec(text);
  const stages = definitions.find(({ name }) => name === 'lifecyclestage')?.options ?? [];
  const lacking = stages.filter(
    ({ value, isHidden }) =>
      isHidden !== true && /^[\w-]{1,100}$/.test(value) && !isDefaultStage(value) && !map?.[1]?.includes(` ${value}:`),
  );
  if (map === null || lacking.length === 0) return text;
  const lines = lacking.map(({ value, label }) => `      # "${value}": Lead   # "${oneLine(label)}"\n`);
  const heading =
    '      # Stages of your portal. Enter what Enginy should show, and remove the "# " before a line to use it.\n';
  const end = map.index + map[0].length;
  return `${text.slice(0, end)}${heading}${lines.join('')}${text.slice(end)}`;
}
