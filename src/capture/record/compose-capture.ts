import { randomBytes } from 'node:crypto';
import type { CrmProtocol } from '../../crm/crm-protocol.ts';
import { isDeeperThan, valuesWithin } from '../../json.ts';
import { captureFileName } from '../capture-file.ts';
import { type Capture, captureVersion } from '../capture-schema.ts';
import { Pseudonyms } from '../redact/pseudonyms.ts';
import type { Redaction } from '../redact/redaction.ts';
import { OverTimeError, ValueRedactor } from '../redact/value-redactor.ts';
import { summaryOf } from './capture-summary.ts';
import { parseCapturedBody, toCapturedExchange } from './captured-exchange.ts';
import { toCapturedAnswer, toCapturedIds, toCapturedRequest } from './captured-request.ts';
import { knowledgeTextsBounds, LatestEntries } from './latest-entries.ts';
import { type MappingSources, PortalKnowledge } from './portal-knowledge.ts';
import { bytesOfText, type RawCapture, type RawExchange, withoutBodies, withoutTexts } from './raw-capture.ts';

/** What a composer knows about the bridge that it serves. */
export interface ComposerSettings {
  readonly personalData: 'redact' | 'keep';
  readonly secret: string;
  readonly bridge: Capture['bridge'];
  readonly settings: Capture['settings'];
}

/** Replacing the values of one capture may take this much time of the processor; then it is written without its bodies. */
const budgetMs = 5_000;
/** A reader refuses captures with more levels. */
const maxLevels = 105;
/** A call is two levels below its capture. */
const maxLevelsOfCall = maxLevels - 2;
/**
 * All bodies of a capture together, more than requests of a thousand records have. Parsed, a few megabytes of empty objects take a
 * gigabyte of memory; with this, the thread stays well below its heap limit (capture-thread.ts).
 */
const maxValues = 200_000;

export interface ComposedCapture {
  readonly name: string;
  readonly text: string;
  /** Replacing values took too long, or the bodies were too deep or had too many values: they are omitted. */
  readonly isOverTime: boolean;
}

/** Turns the recording of a request into the text of its capture file, with personal data replaced. */
export class Composer {
  readonly #protocol: CrmProtocol;
  readonly #settings: ComposerSettings;
  readonly #pseudonyms: Pseudonyms;
  readonly #now: () => number;
  readonly #portal = new PortalKnowledge();
  readonly #knowledgeTexts = new LatestEntries<string>(knowledgeTextsBounds);
  readonly #mappingTexts = new Map<string, string>();

  /** @param now milliseconds of work of this thread, which is one of low priority. */
  constructor(protocol: CrmProtocol, settings: ComposerSettings, now = workedMs) {
    this.#protocol = protocol;
    this.#settings = settings;
    this.#pseudonyms = new Pseudonyms(settings.secret);
    this.#now = now;
  }

  setMapping(mapping: MappingSources): void {
    this.#portal.useMapping(mapping);
    this.#mappingTexts.clear();
  }

  /** Adds a call from which the bridge learned something for later requests; `name` is `key#version`. */
  addKnowledge(name: string, given: RawExchange): void {
    const { definitions } = this.#protocol;
    const raw = hasTooManyValues(textsOf(given)) ? withoutTexts(given) : given;
    const redaction = this.#startRedaction();
    const exchange = toCapturedExchange(this.#protocol, raw, { redaction, startedAt: Date.parse(raw.startedAt) });
    const read = definitions.readIn(raw);
    if (read !== undefined && raw.status === 200) {
      const parsed = definitions.parse(exchange.response);
      exchange.response = parsed.slim;
      if (!read.isArchived) this.#portal.useDefinitions(read.objectType, parsed);
    }
    const text = JSON.stringify(exchange);
    this.#knowledgeTexts.set(name, text, bytesOfText(text));
  }

  /** @param knowledge names given to {@link Composer.addKnowledge} that the request could rely on. */
  compose(raw: RawCapture, knowledge: readonly string[]): ComposedCapture {
    const name = nameOf(raw);
    try {
      return { name, text: this.#textOf(raw, knowledge), isOverTime: false };
    } catch (error) {
      if (!(error instanceof OverTimeError || error instanceof RangeError)) throw error;
      return { name, text: this.#textOf(withoutBodies(raw), knowledge), isOverTime: true };
    }
  }

  #textOf(raw: RawCapture, knowledge: readonly string[]): string {
    if (hasTooManyValues(bodiesOf(raw))) throw new RangeError('the bodies have too many values');
    for (const exchange of raw.exchanges) this.#learnDefinitions(exchange);
    const redaction = this.#startRedaction();
    redaction?.values.keepId(raw.requestId);
    const startedAt = Date.parse(raw.startedAt);
    const request = toCapturedRequest(redaction, raw);
    // One after the other: parsed bodies take several times the memory of their texts.
    const exchanges = raw.exchanges.map((each) => {
      const exchange = toCapturedExchange(this.#protocol, each, { redaction, startedAt });
      if (isDeeperThan(maxLevelsOfCall, exchange)) throw new RangeError('a body is too deep');
      return JSON.stringify(exchange);
    });
    const answer = toCapturedAnswer(redaction, raw);
    const remembered = toCapturedIds(redaction, raw);
    if (isDeeperThan(maxLevels, { request, answer })) throw new RangeError('a body is too deep');
    const { personalData, bridge, settings } = this.#settings;
    const head = {
      ...headOf(raw, summaryOf(raw.path, request.body, answer?.body)),
      personalData: personalData === 'keep' ? 'kept' : 'replaced',
      ...(raw.isTrimmed && { trimmed: true }),
      bridge,
      settings,
      request,
      answer,
      remembered,
    };
    return fileText(head, {
      exchanges,
      ambient: knowledge.flatMap((name) => this.#knowledgeTexts.get(name) ?? []),
      mapping: this.#mappingText(raw),
    });
  }

  /** Undefined: values stay as they are. */
  #startRedaction(): Redaction | undefined {
    const { personalData, settings } = this.#settings;
    if (personalData === 'keep') return undefined;
    const { constants, phrases, mapping } = this.#portal;
    const endsAt = this.#now() + budgetMs;
    const checkTime = () => {
      if (this.#now() > endsAt) throw new OverTimeError('replacing values took too long');
    };
    const { defaultCountry } = settings;
    const values = new ValueRedactor({ pseudonyms: this.#pseudonyms, constants, phrases, defaultCountry, checkTime });
    for (const name of this.#portal.names) values.keepName(name);
    return {
      values,
      content: this.#protocol.content,
      portal: {
        property: (objectType, name) => this.#portal.property(objectType, name),
        identityProperties: new Set(mapping.identityProperties),
      },
    };
  }

  /** What the bridge learned during the request decides how its values are read. */
  #learnDefinitions(exchange: RawExchange): void {
    const { definitions } = this.#protocol;
    const read = definitions.readIn(exchange);
    if (read === undefined || read.isArchived || exchange.status !== 200) return;
    this.#portal.useDefinitions(read.objectType, definitions.parse(parseCapturedBody(exchange.responseText)));
  }

  #mappingText(raw: RawCapture): string {
    const { mapping } = this.#portal;
    if (raw.mappingHash !== mapping.hash) return JSON.stringify({ hash: raw.mappingHash, files: [] });
    const subject = /^\/(companies|activities|tasks)\b/.exec(raw.path)?.[1] ?? 'contacts';
    const text =
      this.#mappingTexts.get(subject) ?? JSON.stringify({ hash: mapping.hash, files: filesFor(subject, mapping) });
    this.#mappingTexts.set(subject, text);
    return text;
  }
}

function textsOf({ requestText = '', responseText = '' }: RawExchange): string[] {
  return [requestText, responseText];
}

function* bodiesOf({ body, answer, exchanges }: RawCapture): Generator<string> {
  // Brackets and commas are the same in Latin-1 and UTF-8.
  if (body !== undefined) yield Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  yield answer?.text ?? '';
  for (const exchange of exchanges) yield* textsOf(exchange);
}

/** Counts before anything is parsed. */
function hasTooManyValues(texts: Iterable<string>): boolean {
  let room = maxValues;
  for (const text of texts) {
    const values = valuesWithin({ maxValues: room }, text);
    if (values === undefined) return true;
    room -= values;
  }
  return false;
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The mapping files that a request for this subject can involve. */
function filesFor(subject: string, { files }: MappingSources): { name: string; text: string }[] {
  const isLinked = subject === 'activities' || subject === 'tasks';
  const wanted = new Set(['contacts', subject, ...(isLinked ? ['companies'] : [])]);
  return files.filter(({ kind }) => wanted.has(kind)).map(({ name, text }) => ({ name, text }));
}

function headOf(raw: RawCapture, summary: Omit<Capture['summary'], 'upstreamCalls'>) {
  return {
    version: captureVersion,
    summary: { ...summary, upstreamCalls: raw.exchanges.length },
    requestId: raw.requestId,
    startedAt: raw.startedAt,
    durationMs: Math.round(raw.durationMs),
  };
}

function nameOf({ startedAt, method, path, answer, requestId }: RawCapture): string {
  const unique = randomBytes(4).toString('hex');
  return captureFileName({ startedAt, method, path, status: answer?.status, requestId, unique });
}

/** One line per exchange. */
function fileText(
  head: object,
  { exchanges, ambient, mapping }: { exchanges: readonly string[]; ambient: readonly string[]; mapping: string },
): string {
  const lines = (texts: readonly string[]) => texts.map((text) => `\n  ${text}`).join(',');
  return `${JSON.stringify(head, null, 1).slice(0, -2)},
 "exchanges": [${lines(exchanges)}\n ],
 "ambient": [${lines(ambient)}\n ],
 "mapping": ${mapping}
}
`;
}
