import type { PropertyDefinition } from '../../crm/crm.ts';
import { scopeNeeds } from '../../crm/hubspot/scopes.ts';
import { supportedUntil } from '../../crm/hubspot/transport/api-versions.ts';
import type { Examined, Section } from '../../doctor/examination.ts';
import { examineCrm } from '../../doctor/examine-crm.ts';
import { GatewayError } from '../../errors.ts';
import { readFieldMark } from '../../mapping/run/field-mark.ts';
import type { ConsoleSources } from '../console-sources.ts';
import { createIdHiderFor } from '../archive/archive.ts';
import { settingsOf } from '../archive/open-threads.ts';
import { captionedTable } from '../html/captioned-table.ts';
import { type Html, html } from '../html/html.ts';
import { isolated } from '../html/isolated.ts';
import { postForm } from '../html/post-form.ts';
import { type Status, statusMark } from '../html/status-mark.ts';
import { timeTag } from '../html/time-tag.ts';
import { includesRole } from '../access/roles.ts';
import { hideName } from '../records/hidden-names.ts';
import type { IdHider } from '../records/id-hider.ts';
import { consoleCall } from './account-reader.ts';
import { createRemembered } from './remembered.ts';
import type { Screen } from './screen.ts';

/** The checks make some calls, one after the other; they are repeated when a user asks for it, or after this. */
const keptMs = 300_000;
const patienceMs = 10_000;

type CreatedProperty = Pick<PropertyDefinition, 'name' | 'label' | 'type'>;

interface Examination {
  readonly at: number;
  readonly section: Section;
  readonly granted: readonly string[] | undefined;
  /** Properties that the bridge created, by object. */
  readonly created: readonly { readonly object: string; readonly properties: readonly CreatedProperty[] }[];
}

/** The account, what the token may do and for which feature, limits, and the properties that the bridge created. */
export function hubSpotScreen(sources: ConsoleSources): Screen {
  const examined = createRemembered(() => examine(sources), keptMs);
  return {
    path: '/console/hubspot',
    title: 'HubSpot',
    navLabel: 'HubSpot',
    role: 'viewer',
    async show({ identity, formToken }) {
      const { value, isReading } = await examined.look();
      return {
        ...(isReading && { refreshS: 2 }),
        body: html`${isReading && html`<p role="status">HubSpot is being checked. This page reloads itself.</p>`}
${value !== undefined && checks(value)}
${includesRole(identity.role, 'editor') && postForm({ action: '/console/hubspot/examine', formToken }, html`<button>Check again</button>`)}
${value !== undefined && scopes(value.granted)}
${value?.created.map(createdProperties)}`,
      };
    },
    actions: [
      {
        path: '/console/hubspot/examine',
        role: 'editor',
        run() {
          examined.refresh();
          return { redirect: '/console/hubspot' };
        },
      },
    ],
  };
}

async function examine({ crm, mappings, config, limits }: ConsoleSources): Promise<Examination> {
  const context = consoleCall(patienceMs);
  const current = mappings.current();
  const { section, isReached, linkTemplates } = await examineCrm({ crm, context, limits }, current, {
    hubspot: config.hubspot,
    isSandbox: config.isSandbox,
    scopeNeeds,
    supportedUntil: supportedUntil[config.hubspot.apiVersion],
  });
  const at = Date.now();
  if (!isReached || linkTemplates === undefined) return { at, section, granted: undefined, created: [] };
  const created = [];
  const hide = createIdHiderFor(settingsOf(config));
  for (const mapping of [current.contacts, current.companies]) {
    if (mapping === undefined) continue;
    const properties = await ifReadable(() => crm.readProperties(mapping.target.objectType, context));
    const own = (properties ?? []).filter(({ description }) => readFieldMark(description) !== undefined);
    created.push({ object: mapping.object, properties: own.map((each) => hidePersonal(each, hide)) });
  }
  return { at, section, granted: await ifReadable(() => crm.readScopes(context)), created };
}

/** Its field may be named like a person's email address: then neither its name nor its label is shown. */
function hidePersonal({ name, label, type }: PropertyDefinition, hide: IdHider): CreatedProperty {
  const shown = hideName(label, hide);
  return { name: shown === label ? name : shown, label: shown, type };
}

/** The checks explain why it is not. */
async function ifReadable<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}

const statusOf: Readonly<Record<Examined['mark'], Status>> = { '✓': 'good', '!': 'warning', '✕': 'bad' };
const words: Readonly<Record<Examined['mark'], string>> = { '✓': 'fine', '!': 'warning', '✕': 'error' };

function checks({ at, section }: Examination): Html {
  return captionedTable(
    html`Checks of ${timeTag(at)} UTC; nothing was written`,
    [{ label: 'What was found' }, { label: 'Result' }, { label: 'What to do' }],
    section.lines.map(({ mark, text, remedy }) => ({ cells: [text, statusMark(statusOf[mark], words[mark]), remedy] })),
    { isStacked: true },
  );
}

function scopes(granted: readonly string[] | undefined): Html {
  const state = (scope: string, isOptional: boolean): Html => {
    if (granted === undefined) return statusMark('off', 'not known');
    if (granted.includes(scope)) return statusMark('good', 'granted');
    return isOptional ? statusMark('warning', 'missing, optional') : statusMark('bad', 'missing');
  };
  return html`<h2>Scopes</h2>${captionedTable(
    'What the access token is permitted to do, and why the bridge needs it',
    [{ label: 'For' }, { label: 'Scope' }, { label: 'State' }],
    scopeNeeds.map(({ scope, feature, isOptional = false }) => ({
      cells: [feature, html`<span class="code">${scope}</span>`, state(scope, isOptional)],
    })),
    { isStacked: true },
  )}`;
}

function createdProperties({ object, properties }: Examination['created'][number]): Html {
  const title = `Properties of ${object} that the bridge created`;
  if (properties.length === 0)
    return html`<h2>${title}</h2><p>None: every field that arrived has a row or a property.</p>`;
  return html`<h2>${title}</h2>${captionedTable(
    `${properties.length} properties, each for a field of Enginy without a row in the mapping files`,
    [{ label: 'Property' }, { label: 'Label' }, { label: 'Type' }],
    properties
      .slice(0, maxShown)
      .map(({ name, label, type }) => ({ cells: [html`<span class="code">${name}</span>`, isolated(label), type] })),
    { isStacked: true },
  )}`;
}

const maxShown = 200;
