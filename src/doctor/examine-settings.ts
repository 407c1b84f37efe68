import type { Config } from '../config.ts';
import type { Section } from './examination.ts';

/** The settings that the bridge would start with. */
export function examineSettings(
  config: Config | undefined,
  problems: readonly string[],
  slips: readonly string[],
): Section {
  const lines: Section['lines'][number][] = problems.map((text) => ({
    id: 'settings',
    mark: '✕',
    text,
    remedy: 'correct it in .env or in the environment; .env.example describes every setting',
  }));
  const warnings = slips.filter((slip) => !problems.some((problem) => problem.includes(slip)));
  for (const text of warnings) {
    lines.push({ id: 'setting-names', mark: '!', text, remedy: 'correct or remove the name' });
  }
  if (config !== undefined) {
    lines.push({
      id: 'settings',
      mark: '✓',
      text: `${config.isSandbox ? 'the embedded CRM' : 'HubSpot'}, mapping files in ${config.mappingsDir}`,
    });
  }
  return { title: 'Settings', lines };
}
