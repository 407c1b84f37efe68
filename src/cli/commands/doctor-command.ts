import { Command } from 'commander';
import { type Config, ConfigError, loadConfig, settingWarnings } from '../../config.ts';
import type { Examined, Section } from '../../doctor/examination.ts';
import { examineCrm } from '../../doctor/examine-crm.ts';
import { examineIndex } from '../../doctor/examine-index.ts';
import { examineMachine } from '../../doctor/examine-machine.ts';
import { examineMapping } from '../../doctor/examine-mapping.ts';
import { examineRules } from '../../doctor/examine-rules.ts';
import { examineSettings } from '../../doctor/examine-settings.ts';
import { sandboxKey } from '../../settings/api-key-list.ts';
import { checkFolder } from '../../mapping/check/check-folder.ts';
import { checkMappings } from '../../mapping/load/load-mappings.ts';
import { loadApiKeys } from '../../server/api-keys.ts';
import { scopeNeeds } from '../../crm/hubspot/scopes.ts';
import { supportedUntil } from '../../crm/hubspot/transport/api-versions.ts';
import { examineAddress } from '../../doctor/examine-address.ts';
import { examineEnginy } from '../../doctor/examine-enginy.ts';
import { createLogger } from '../../logger.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { version } from '../../version.ts';
import type { CommandIo } from '../command-io.ts';
import type { OpenCrm } from '../inputs/open-crm.ts';
import { readIndex } from '../inputs/read-index.ts';
import { readRequirements } from '../inputs/read-requirements.ts';
import { countMarks, type EnginyForm, formatExamination } from '../report/report-examination.ts';

const after = `
Checks the settings, the access token and its scopes, the mapping files against the account, and this machine, then prints what to
enter in Enginy. Nothing is written to HubSpot, so write scopes are not tested. Secrets are never printed.

Examples:
  enginy-bridge doctor
  enginy-bridge doctor --offline               without calling HubSpot
  enginy-bridge doctor --sandbox               try it on the embedded CRM
  enginy-bridge doctor --json | jq '.sections[].lines[] | select(.mark == "✕")'

Exit status: 0 no errors, 1 errors (with --strict also warnings), 2 HubSpot could not be reached.
`;

interface DoctorOptions {
  readonly sandbox?: true;
  readonly schema?: string;
  readonly offline?: true;
  readonly strict?: true;
  readonly json?: true;
}

/** `enginy-bridge doctor`. */
export function doctorCommand(io: CommandIo): Command {
  return new Command('doctor')
    .description('check settings, HubSpot account, mapping files and machine, and print what to enter in Enginy')
    .option('--sandbox', 'check the embedded CRM instead of HubSpot')
    .option('--schema <file>', 'check the embedded CRM with the properties of a saved portal')
    .option('--offline', 'do not call HubSpot')
    .option('--strict', 'fail on warnings, too')
    .option('--json', 'print the lines as JSON, with stable ids')
    .addHelpText('after', after)
    .action((options: DoctorOptions) => doctor(io, options));
}

async function doctor(io: CommandIo, options: DoctorOptions): Promise<void> {
  const { config, problems } = readConfig(io, options);
  const slips = settingWarnings(io.environment(), { empty: [], unreadLines: [] });
  const sections: Section[] = [examineSettings(config, problems, slips)];
  let form: EnginyForm | undefined;
  let isReached = true;
  let accountId: string | undefined;
  if (config !== undefined) {
    const open = options.offline ? undefined : await openAccount(config, options);
    try {
      const report = checkFolder(config.mappingsDir);
      if (open !== undefined) {
        const examined = await examineCrm(open, report.mappings, {
          hubspot: config.hubspot,
          isSandbox: config.isSandbox,
          scopeNeeds,
          supportedUntil: supportedUntil[config.hubspot.apiVersion],
        });
        sections.push({ ...examined.section, lines: [...examined.section.lines, ...rulesOf(config, report.mappings)] });
        ({ isReached, accountId } = examined);
        if (examined.linkTemplates !== undefined) form = formFor(config, examined.linkTemplates);
      }
      sections.push(await examineMapping(config.mappingsDir, report, form === undefined ? undefined : open));
    } finally {
      await open?.close();
    }
    if (config.replicas !== undefined) {
      // Loaded on demand: most bridges are one process.
      const { examineRedis, skippedRedis } = await import('../../doctor/examine-redis.ts');
      sections.push(options.offline ? skippedRedis : await examineRedis(config.replicas));
    }
    if (config.replicas === undefined || !options.offline) sections.push(await examineStoredIndex(config, accountId));
    sections.push(examineMachine(config));
    if (!options.offline) for (const section of await examineOutside(config, form)) sections.push(section);
  }
  const counts = countMarks(sections);
  if (options.json) io.print(`${JSON.stringify({ version, ...counts, sections, enginy: form }, null, 2)}\n`);
  else io.print(formatExamination(sections, form, io.hasColor));
  const hasFindings = counts.errors > 0 || (options.strict === true && counts.warnings > 0);
  io.setStatus(isReached ? (hasFindings ? 1 : 0) : 2);
}

/** With the locale of the bridge: the index's keys depend on it. */
async function examineStoredIndex(config: Config, accountId: string | undefined): Promise<Section> {
  const { identityIndex, mappingsDir, defaultCountry } = config;
  const mappings =
    identityIndex && checkMappings(mappingsDir, defaultCountry === undefined ? {} : { defaultCountry }).mappings;
  return examineIndex(identityIndex, await readIndex(config, accountId), mappings);
}

/** What is seen from outside, where the settings say how. */
async function examineOutside(config: Config, form: EnginyForm | undefined): Promise<readonly Section[]> {
  const { auth, publicUrl, enginy } = config;
  if (publicUrl === undefined) return [];
  const [key] = loadApiKeys(auth, silentLog).current();
  const address = await examineAddress({ publicUrl, auth, key });
  if (enginy.apiKey === undefined || key === undefined) return [address];
  const connection = {
    baseUrl: publicUrl,
    apiKey: key,
    apiKeyHeader: auth.header,
    ...(form !== undefined && {
      contactLinkTemplate: form['Contact link template'] ?? '',
      companyLinkTemplate: form['Company link template'] ?? '',
    }),
  };
  return [address, await examineEnginy({ apiUrl: enginy.apiUrl, apiKey: enginy.apiKey, connection })];
}

const silentLog = createLogger({ level: 'silent', secretHeader: '' });

function rulesOf(config: Config, mappings: Mappings | undefined): readonly Examined[] {
  const problems: Examined[] = [];
  const remedy = 'run doctor as the user of the bridge, or delete the file: the bridge learns them again';
  const seen = readRequirements(config, (text) => problems.push({ id: 'required', mark: '!', text, remedy }));
  return [...problems, ...(mappings === undefined ? [] : examineRules(seen, mappings))];
}

function readConfig(io: CommandIo, options: DoctorOptions): { config?: Config; problems: readonly string[] } {
  const environment = io.environment();
  try {
    if (!options.sandbox && options.schema === undefined) return { config: loadConfig(environment), problems: [] };
    return { config: loadConfig({ ...environment, HUBSPOT_ACCESS_TOKEN: undefined, SANDBOX: 'true' }), problems: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

async function openAccount(config: Config, { sandbox, schema }: DoctorOptions): Promise<OpenCrm> {
  const { openCrm } = await import('../inputs/open-crm.ts');
  return openCrm(config, { isRehearsal: sandbox === true || config.isSandbox, schema });
}

/** Where the key is; it is never printed, except the one that the embedded CRM comes with. */
function nameKey({ keys, keyFile }: Config['auth']): string {
  if (keyFile !== undefined) return 'a key of API_KEY_FILE';
  return keys.includes(sandboxKey) ? `${sandboxKey}, as API_KEY is not set` : 'the value of API_KEY';
}

function formFor(
  { auth, basePath, listen, publicUrl }: Config,
  templates: { readonly contacts: string; readonly companies: string },
): EnginyForm {
  return {
    'Base URL':
      publicUrl ??
      `the HTTPS address at which this server is reached${basePath === '' ? '' : `, with ${basePath} at its end`} (it listens on port ${listen.port})`,
    'API key header': auth.header,
    'API key': nameKey(auth),
    'Contact link template': templates.contacts,
    'Company link template': templates.companies,
  };
}
