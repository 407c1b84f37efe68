import { createHash } from 'node:crypto';
import { openJournalReader } from '../../journal/read-journal.ts';
import type { ConsoleSources } from '../console-sources.ts';
import { type Html, html } from '../html/html.ts';
import { liveMark, liveMarkTexts } from '../html/status-mark.ts';
import { shortTime } from '../html/time-tag.ts';
import type { Arrivals } from '../live/arrivals.ts';
import type { AccountReader, ReadAccount } from './account-reader.ts';
import { type ChecklistStep, describeProgress, readChecklist } from './enginy-checklist.ts';
import type { Screen } from './screen.ts';
import { counted } from '../../counted.ts';

/** How far back requests count that arrived before this process started. */
const maxEarlier = 1_000;

/** What to enter in Enginy, and what Enginy has tried since. */
export function connectScreen(sources: ConsoleSources, account: AccountReader): Screen {
  const { arrivals } = sources;
  let isSeeded = false;
  return {
    path: '/console/connect',
    title: 'Connect Enginy',
    navLabel: 'Connect Enginy',
    role: 'viewer',
    async show() {
      if (!isSeeded) await readEarlier(sources);
      isSeeded = true;
      const read = await account.look();
      const values = valuesToEnter(sources, read.value);
      return {
        ...(read.value === undefined && { refreshS: 2 }),
        body: html`<h2>Enter in Enginy</h2>
<p>In Enginy, under the settings of the custom CRM:</p>
${valueTable(values)}
<h2>What Enginy has tried</h2>
<p>Test the connection in Enginy, then export a contact. Each step is ticked when its request arrives with a valid key.</p>
<p role="status" data-live="progress">${describeProgress(readChecklist(arrivals))}</p>
${checklistTable(readChecklist(arrivals))}
<p>Rejected: <span data-live="rejected">${describeRejected(arrivals)}</span></p>`,
      };
    },
    live() {
      const checklist = readChecklist(arrivals);
      return {
        ...liveMarkTexts(checklist.map(({ mark }) => mark)),
        progress: describeProgress(checklist),
        rejected: describeRejected(arrivals),
      };
    },
  };
}

interface ValueToEnter {
  readonly name: string;
  readonly value: string;
  /** Enginy needs exactly this value. */
  readonly isExact: boolean;
}

function valuesToEnter({ config, apiKeys, ownUrl }: ConsoleSources, read: ReadAccount | undefined): ValueToEnter[] {
  const { publicUrl, basePath, auth } = config;
  const isOn = `this server listens on ${ownUrl()}${basePath}`;
  const templates = read === undefined || 'problem' in read ? undefined : read.account.linkTemplates;
  const missing =
    read === undefined
      ? 'being read from HubSpot; this page reloads itself'
      : 'problem' in read
        ? `unknown: ${read.problem}`
        : '';
  return [
    publicUrl === undefined
      ? {
          name: 'Base URL',
          value: `the HTTPS address at which Enginy reaches this server; ${isOn}. Set PUBLIC_URL to see it here`,
          isExact: false,
        }
      : { name: 'Base URL', value: publicUrl, isExact: true },
    { name: 'API key header', value: auth.header, isExact: true },
    {
      name: 'API key',
      value: `the value of ${auth.keyFile === undefined ? 'API_KEY' : 'API_KEY_FILE'}, fingerprint ${apiKeys().map(fingerprint).join(' or ')}`,
      isExact: false,
    },
    { name: 'Contact link template', value: templates?.contacts ?? missing, isExact: templates !== undefined },
    { name: 'Company link template', value: templates?.companies ?? missing, isExact: templates !== undefined },
  ];
}

/** Distinguishes keys without showing them. */
function fingerprint(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

function valueTable(values: readonly ValueToEnter[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Values to enter"><table>
<caption>The fingerprint of a key is the first 8 digits of its SHA-256: <code>printf %s KEY | sha256sum</code></caption>
<thead><tr><th scope="col">Field</th><th scope="col">Value</th></tr></thead>
<tbody>${values.map(
    ({ name, value, isExact }, index) => html`<tr>
<th scope="row">${name}</th><td><span ${isExact && html`class="code"`} id="value-${index}">${value}</span>${isExact && html` <button type="button" data-copy="value-${index}" aria-label="Copy ${name}" hidden>Copy</button>`}</td>
</tr>`,
  )}</tbody></table></div>`;
}

function checklistTable(checklist: readonly ChecklistStep[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Steps"><table>
<caption>Enginy's requests; times are in UTC</caption>
<thead><tr><th scope="col">Step</th><th scope="col">Request</th><th scope="col">Seen</th></tr></thead>
<tbody>${checklist.map(
    ({ endpoint, step, mark }) => html`<tr>
<th scope="row">${step}</th><td class="code">${endpoint}</td><td>${liveMark(mark)}</td>
</tr>`,
  )}</tbody></table></div>`;
}

function describeRejected({ rejectedKeys: { count, lastAt } }: Arrivals): string {
  if (count === 0 || lastAt === undefined) return 'no request had a wrong or missing key.';
  return `${counted(count, 'request')} with a wrong or missing key, the last at ${shortTime(lastAt)}. Compare the header and the key in Enginy.`;
}

/** Requests from before the last restart count too. */
async function readEarlier({ config: { journal }, arrivals, log }: ConsoleSources): Promise<void> {
  if (journal === undefined) return;
  try {
    const reader = openJournalReader(journal.dir, journal.secret);
    const requests = (await reader?.requests({ limit: maxEarlier })) ?? [];
    reader?.close();
    for (const { endpoint, at, status } of requests)
      if (!endpoint.endsWith(' none')) arrivals.note(endpoint, { at, status });
  } catch (error) {
    log.warn({ err: error }, 'could not read earlier requests from the journal');
  }
}
