import { randomBytes } from 'node:crypto';
import type { CrmProtocol } from '../../crm/crm-protocol.ts';
import { captureFileName } from '../capture-file.ts';
import { type Capture, captureVersion } from '../capture-schema.ts';
import { createPseudonyms } from '../redact/pseudonyms.ts';
import { type Redaction, startRedaction } from '../redact/redaction.ts';
import { createValueRedactor } from '../redact/value-redactor.ts';
import { summaryOf } from './capture-summary.ts';
import { readBody, toCapturedExchange } from './captured-exchange.ts';
import { toCapturedAnswer, toCapturedIds, toCapturedRequest } from './captured-request.ts';
import { type MappingSources, PortalKnowledge } from './portal-knowledge.ts';
import type { RawCapture, RawExchange } from './raw-capture.ts';
import { LatestTexts } from './latest-texts.ts';

/** What a composer knows about the bridge that it serves. */
export interface ComposerSettings {
  readonly personalData: 'redact' | 'keep';
  readonly secret: string;
  readonly bridge: Capture['bridge'];
  readonly settings: Capture['settings'];
}

/** Turns the recording of a request into the text of its capture file, with personal data replaced. */
export interface Composer {
  setMapping(mapping: MappingSources): void;
  /** Adds a call from which the bridge learned something for later requests; `name` is `key#version`. */
  addKnowledge(name: string, exchange: RawExchange): void;
  /** @param knowledge names given to {@link Composer.addKnowledge} that the request could rely on. */
  compose(raw: RawCapture, knowledge: readonly string[]): ComposedCapture;
}

export interface ComposedCapture {
  readonly name: string;
  readonly text: string;
  /** Replacing values took too long: bodies are omitted. */
  readonly isOverTime: boolean;
}

export function createComposer(protocol: CrmProtocol, composerSettings: ComposerSettings): Composer {
  const { personalData, secret, bridge, settings } = composerSettings;
  const pseudonyms = createPseudonyms(secret);
  const portal = new PortalKnowledge();
  const knowledgeTexts = new LatestTexts();
  const mappingTexts = new Map<string, string>();

  function start(): { readonly redaction: Redaction | undefined; finish(): void } {
    const { constants, phrases, mapping } = portal;
    const values = createValueRedactor({ pseudonyms, constants, phrases, defaultCountry: settings.defaultCountry });
    const { redaction, finish } = startRedaction(pseudonyms, {
      values,
      content: protocol.content,
      portal: {
        property: (objectType, name) => portal.property(objectType, name),
        identityProperties: new Set(mapping.identityProperties),
      },
    });
    return { redaction: personalData === 'keep' ? undefined : redaction, finish };
  }

  /** What the bridge learned during the request decides how its values are read. */
  function learnDefinitions(exchange: RawExchange): void {
    const read = protocol.definitions.readIn(exchange);
    if (read === undefined || read.isArchived || exchange.status !== 200) return;
    portal.useDefinitions(read.objectType, protocol.definitions.parse(readBody(exchange.responseText)));
  }

  function mappingText(raw: RawCapture): string {
    const { mapping } = portal;
    if (raw.mappingHash !== mapping.hash) return JSON.stringify({ hash: raw.mappingHash, files: [] });
    const subject = /^\/(companies|activities|tasks)\b/.exec(raw.path)?.[1] ?? 'contacts';
    const text = mappingTexts.get(subject) ?? JSON.stringify({ hash: mapping.hash, files: filesFor(subject, mapping) });
    mappingTexts.set(subject, text);
    return text;
  }

  return {
    setMapping(mapping) {
      portal.useMapping(mapping);
      mappingTexts.clear();
    },
    addKnowledge(name, raw) {
      const { redaction, finish } = start();
      const exchange = toCapturedExchange(protocol, raw, { redaction, startedAt: Date.parse(raw.startedAt) });
      const read = protocol.definitions.readIn(raw);
      if (read !== undefined && raw.status === 200) {
        const definitions = protocol.definitions.parse(exchange.response);
        exchange.response = definitions.slim;
        if (!read.isArchived) portal.useDefinitions(read.objectType, definitions);
      }
      finish();
      knowledgeTexts.set(name, JSON.stringify(exchange));
    },
    compose(raw, knowledge) {
      const { redaction, finish } = start();
      for (const exchange of raw.exchanges) learnDefinitions(exchange);
      const startedAt = Date.parse(raw.startedAt);
      const request = toCapturedRequest(redaction, raw);
      const exchanges = raw.exchanges.map((each) => toCapturedExchange(protocol, each, { redaction, startedAt }));
      const answer = toCapturedAnswer(redaction, raw);
      const remembered = toCapturedIds(redaction, raw);
      finish();
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
      const text = fileText(head, {
        exchanges: exchanges.map((exchange) => JSON.stringify(exchange)),
        ambient: knowledge.flatMap((name) => knowledgeTexts.get(name) ?? []),
        mapping: mappingText(raw),
      });
      return { name: nameOf(raw), text, isOverTime: false };
    },
  };
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

function nameOf({ startedAt, method, path, answer }: RawCapture): string {
  return captureFileName({ startedAt, method, path, status: answer?.status, unique: randomBytes(4).toString('hex') });
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
