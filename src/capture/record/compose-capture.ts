import { randomBytes } from 'node:crypto';
import { cutMarker } from '../../bridge/timeline/html-body.ts';
import { type Capture, type CapturedExchange, captureFileName, captureScope, captureVersion } from '../capture-file.ts';
import { COUNTRIES } from '../redact/countries.ts';
import { createPseudonyms } from '../redact/pseudonyms.ts';
import { createQuotations } from '../redact/quotations.ts';
import { redactBrokenBody, redactEnginyAnswer, redactEnginyRequest, redactPath } from '../redact/redact-enginy.ts';
import { type RedactDeps, redactCrmBody, redactId } from '../redact/redact-exchange.ts';
import { createValueRedactor } from '../redact/value-redactor.ts';
import { summaryOf } from './capture-summary.ts';
import { type ObjectDefinitions, readDefinitions } from './portal-facts.ts';
import type { RawCapture, RawExchange } from './raw-capture.ts';

/** What a composer knows of the bridge that it serves. */
export interface ComposerSettings {
  readonly personalData: 'redact' | 'keep';
  readonly secret: string;
  readonly bridge: Capture['bridge'];
  readonly settings: Capture['settings'];
}

/** The mapping files that a capture refers to by their hash. */
export interface MappingSources {
  readonly hash: string;
  /** `kind`: what it maps, e.g. `contacts`. */
  readonly files: readonly { readonly kind: string; readonly name: string; readonly text: string }[];
  /** Every text in them: what a mapping itself writes says nothing about anybody. */
  readonly texts: readonly string[];
  /** Properties in which Enginy's ids are kept. */
  readonly identityProperties: readonly string[];
}

/** Turns what was noted of a request into the text of its file, with people's values replaced. */
export interface Composer {
  setMapping(mapping: MappingSources): void;
  /** A call that taught the bridge something for later requests; `name` is `what#version`. */
  addKnowledge(name: string, exchange: RawExchange): void;
  /** @param ambient names of {@link Composer.addKnowledge} that the request could build upon. */
  compose(raw: RawCapture, ambient: readonly string[]): { readonly name: string; readonly text: string };
}

/** Answers of HubSpot carry many headers; these mean something. */
const KEPT_HEADERS = /^(?:content-type|retry-after|x-hubspot-ratelimit-.*|x-hubspot-correlation-id)$/i;

export function createComposer(settings: ComposerSettings): Composer {
  const pseudonyms = createPseudonyms(settings.secret);
  const isKept = settings.personalData === 'keep';
  const definitions = new Map<string, ObjectDefinitions>();
  const ambientTexts = new Map<string, string>();
  const noMapping = { hash: '', files: [], texts: [], identityProperties: [] };
  let mapping: MappingSources = noMapping;
  const mappingTexts = new Map<string, string>();
  let constants: ReadonlySet<string> = new Set(COUNTRIES);
  let phrases = phrasePattern([]);

  function renewConstants(): void {
    const values = new Set(COUNTRIES);
    for (const text of mapping.texts) values.add(text.toLowerCase());
    for (const { facts } of definitions.values()) {
      for (const { options } of facts.values()) for (const option of options) values.add(option);
    }
    constants = values;
    phrases = phrasePattern(mapping.texts);
  }

  function redaction() {
    const values = createValueRedactor({
      pseudonyms,
      constants,
      phrases,
      defaultCountry: settings.settings.defaultCountry,
    });
    const pending: { how: 'sentence' | 'id'; text: string; put: (text: string) => void }[] = [];
    const deps: RedactDeps = {
      values,
      portal: {
        property: (objectType, name) => definitions.get(objectType)?.facts.get(name),
        identityProperties: new Set(mapping.identityProperties),
      },
      later: (how, text, put) => pending.push({ how, text, put }),
    };
    const finish = () => {
      if (pending.length === 0) return;
      const quotations = createQuotations(pseudonyms, values.replaced());
      for (const { how, text, put } of pending) put(quotations[how](text));
      pending.length = 0;
    };
    return { deps, finish };
  }

  function toExchange(deps: RedactDeps | undefined, raw: RawExchange, startedAt: number): CapturedExchange {
    const body = readBody(raw.requestText);
    const response = raw.responseText === undefined ? '' : readBody(raw.responseText);
    const headers = Object.entries(raw.responseHeaders).filter(([name]) => KEPT_HEADERS.test(name));
    return {
      scope: captureScope,
      method: raw.method,
      path: deps === undefined ? raw.path : redactCrmPath(deps, raw.path),
      ...(body !== undefined && { body: deps === undefined ? body : redactCrmBody(deps, raw.path, body) }),
      // Plain nock knows no silence: a gateway's time-out is what comes nearest.
      status: raw.responseText === undefined ? 504 : (raw.status ?? 504),
      response: deps === undefined ? response : redactResponse(deps, raw.path, response),
      ...(headers.length > 0 && { rawHeaders: headers.flat() }),
      call: {
        purpose: raw.purpose,
        startedMs: Math.round(Date.parse(raw.startedAt) - startedAt),
        durationMs: raw.durationMs,
        waitedMs: raw.waitedMs,
        attempt: raw.attempt,
        ...(raw.responseText === undefined && failureOf(raw)),
        ...(raw.isShared === true && { shared: true }),
      },
    };
  }

  /** The files that a request of this path can be about. */
  function mappingTextFor(path: string): string {
    const subject = /^\/(companies|activities|tasks)\b/.exec(path)?.[1] ?? 'contacts';
    const known = mappingTexts.get(subject);
    if (known !== undefined) return known;
    const isLinked = subject === 'activities' || subject === 'tasks';
    const wanted = new Set(['contacts', subject, ...(isLinked ? ['companies'] : [])]);
    const files = mapping.files.filter(({ kind }) => wanted.has(kind)).map(({ name, text }) => ({ name, text }));
    const text = JSON.stringify({ hash: mapping.hash, files });
    mappingTexts.set(subject, text);
    return text;
  }

  return {
    setMapping(sources) {
      mapping = sources;
      mappingTexts.clear();
      renewConstants();
    },
    addKnowledge(name, raw) {
      const { deps, finish } = redaction();
      const objectType = /^\/crm\/v3\/properties\/([^/?]+)(?:\?|$)/.exec(raw.path)?.[1];
      const exchange = toExchange(isKept ? undefined : deps, raw, Date.parse(raw.startedAt));
      if (objectType !== undefined && raw.method === 'GET' && raw.status === 200) {
        const read = readDefinitions(exchange.response);
        exchange.response = read.slim;
        if (!/archived=true/.test(raw.path)) {
          definitions.set(objectType, read);
          renewConstants();
        }
      }
      finish();
      ambientTexts.set(name, JSON.stringify(exchange));
      forgetOldVersions(ambientTexts, name);
    },
    compose(raw, ambient) {
      const { deps: redacting, finish } = redaction();
      const deps = isKept ? undefined : redacting;
      const startedAt = Date.parse(raw.startedAt);
      // What the bridge learned during the request itself decides how its values are read.
      for (const exchange of raw.exchanges) learnDefinitions(definitions, exchange, renewConstants);
      const request = toRequest(deps, raw);
      const exchanges = raw.exchanges.map((exchange) => toExchange(deps, exchange, startedAt));
      const answer = toAnswer(deps, raw);
      const remembered = raw.remembered.map((entry) => {
        const copy = { ...entry };
        if (deps !== undefined) copy.value = rememberedValue(deps, copy);
        return copy;
      });
      finish();
      const head = {
        version: captureVersion,
        summary: summaryOf(raw.path, request.body, answer?.body, raw.exchanges.length),
        requestId: raw.requestId,
        startedAt: raw.startedAt,
        durationMs: Math.round(raw.durationMs),
        personalData: isKept ? 'kept' : 'replaced',
        ...(raw.isTrimmed && { trimmed: true }),
        bridge: settings.bridge,
        settings: settings.settings,
        request,
        answer,
        remembered,
      };
      const name = captureFileName({
        startedAt: raw.startedAt,
        method: raw.method,
        path: raw.path,
        status: raw.answer?.status,
        unique: randomBytes(4).toString('hex'),
      });
      // One line per exchange; what is the same in many files was made into text once.
      const lines = exchanges.map((exchange) => JSON.stringify(exchange));
      const known = ambient.flatMap((name) => ambientTexts.get(name) ?? []);
      const isInForce = raw.mappingHash === mapping.hash;
      const text = `${JSON.stringify(head, null, 1).slice(0, -2)},
 "exchanges": [${lines.map((line) => `\n  ${line}`).join(',')}\n ],
 "ambient": [${known.map((line) => `\n  ${line}`).join(',')}\n ],
 "mapping": ${isInForce ? mappingTextFor(raw.path) : JSON.stringify({ hash: raw.mappingHash, files: [] })}
}
`;
      return { name, text };
    },
  };
}

/** Texts of several words, which may be put into a text of somebody's; the bridge has one of its own. */
function phrasePattern(texts: readonly string[]): RegExp {
  const phrases = [cutMarker, ...texts.filter((text) => /\S\s+\S/.test(text))];
  return new RegExp(`(${phrases.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`);
}

/** Requests that began a while ago may still refer to older versions; more than a few are not needed. */
const versionsKept = 8;

function forgetOldVersions(texts: Map<string, string>, newest: string): void {
  const key = newest.slice(0, newest.lastIndexOf('#') + 1);
  const versions = [...texts.keys()].filter((name) => name.startsWith(key));
  for (const name of versions.slice(0, -versionsKept)) texts.delete(name);
}

function learnDefinitions(
  definitions: Map<string, ObjectDefinitions>,
  { method, path, status, responseText }: RawExchange,
  renew: () => void,
): void {
  const objectType = /^\/crm\/v3\/properties\/([^/?]+)\/?(?:\?archived=false)?$/.exec(path)?.[1];
  if (objectType === undefined || method !== 'GET' || status !== 200) return;
  definitions.set(objectType, readDefinitions(readBody(responseText)));
  renew();
}

function toRequest(deps: RedactDeps | undefined, raw: RawCapture): Capture['request'] {
  const text = raw.body === undefined ? undefined : new TextDecoder().decode(raw.body);
  const body = text === undefined || text === '' ? undefined : readBody(text);
  const objectType = /^\/(contacts|companies|tasks)\b/.exec(raw.path)?.[1] ?? '';
  const path = deps === undefined ? raw.path : redactPath(deps, raw.path);
  const base = { method: raw.method, path, headers: { ...raw.headers }, key: raw.key };
  if (body === undefined) return base;
  if (typeof body === 'string' && body === text) {
    return { ...base, bodyText: deps === undefined ? text : redactBrokenBody(deps, text) };
  }
  return { ...base, body: deps === undefined ? body : redactEnginyRequest(deps, body, objectType) };
}

function toAnswer(deps: RedactDeps | undefined, raw: RawCapture): Capture['answer'] {
  if (raw.answer === undefined) return null;
  const { status, headers, text } = raw.answer;
  const body = text === '' ? undefined : readBody(text);
  if (body === undefined) return { status, headers: { ...headers } };
  return {
    status,
    headers: { ...headers },
    body: deps === undefined ? body : redactEnginyAnswer(deps, body, raw.path),
  };
}

function rememberedValue(deps: RedactDeps, entry: { name: string; value: string }): string {
  if (entry.name === 'created') return redactId(deps, entry.value, entry, 'value');
  return deps.values.value(entry.value, 'unknown');
}

/** Parsed JSON; a text that is none stays a text. */
function readBody(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function redactResponse(deps: RedactDeps, path: string, response: unknown): unknown {
  if (typeof response !== 'string') return redactCrmBody(deps, path, response);
  // A page of HTML or a cut-off answer: nothing of it is needed but its form.
  return deps.values.value(response, 'text');
}

function redactCrmPath(deps: RedactDeps, path: string): string {
  if (!/[@%]|[?&](?:email|query|q)=/i.test(path)) return path;
  return path.replace(/[^/?&=]+/g, (part) =>
    /[@%]/.test(part) ? encodeURIComponent(deps.values.value(decodePart(part), 'unknown')) : part,
  );
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function failureOf({ error = '' }: RawExchange): { failure: 'time-out' | 'network'; networkCode?: string } {
  const code = /\(([A-Z][A-Z0-9_]+)\)/.exec(error)?.[1];
  const isNetwork = code !== undefined || /could not be reached/.test(error);
  return { failure: isNetwork ? 'network' : 'time-out', ...(code !== undefined && { networkCode: code }) };
}
