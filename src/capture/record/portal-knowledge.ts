import { cutMarker } from '../../bridge/timeline/markup/html-body.ts';
import { mediaWords } from '../../bridge/timeline/media-lines.ts';
import type { ObjectDefinitions, PropertyFacts } from '../../crm/crm-protocol.ts';
import { noValue } from '../../mapping/run/no-value.ts';
import { contractConstants } from '../redact/contract-constants.ts';

/** The mapping files that a capture refers to by their hash. */
export interface MappingSources {
  readonly hash: string;
  /** `kind`: what the file maps, e.g. `contacts`. */
  readonly files: readonly { readonly kind: string; readonly name: string; readonly text: string }[];
  /** Every text in them: what a mapping writes by itself is not personal data. */
  readonly texts: readonly string[];
  /** Properties in which Enginy's ids are stored. */
  readonly identityProperties: readonly string[];
}

const timeZones = Intl.supportedValuesOf('timeZone').map((zone) => zone.toLowerCase());
/** Lowercase values that identify no one, whatever the portal and the mapping files say. */
const ownConstants: readonly string[] = [...contractConstants, ...timeZones, noValue];

/** What is known of the portal and of the mapping files, and decides which values are personal. */
export class PortalKnowledge {
  readonly #definitions = new Map<string, ObjectDefinitions>();
  #mapping: MappingSources = { hash: '', files: [], texts: [], identityProperties: [] };
  #constants: ReadonlySet<string> = new Set(ownConstants);
  #names: ReadonlySet<string> = new Set();
  #phrases = phrasePattern([]);

  get mapping(): MappingSources {
    return this.#mapping;
  }

  /** Lowercase values that identify no one. */
  get constants(): ReadonlySet<string> {
    return this.#constants;
  }

  /** Names of properties, and what the mapping files call things: structure, not values. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** Texts of several words that the mapping files and the bridge itself write. */
  get phrases(): RegExp {
    return this.#phrases;
  }

  property(objectType: string, name: string): PropertyFacts | undefined {
    return this.#definitions.get(objectType)?.facts.get(name);
  }

  useMapping(mapping: MappingSources): void {
    this.#mapping = mapping;
    this.#phrases = phrasePattern(mapping.texts);
    this.#collectConstants();
  }

  useDefinitions(objectType: string, definitions: ObjectDefinitions): void {
    this.#definitions.set(objectType, definitions);
    this.#collectConstants();
  }

  #collectConstants(): void {
    const { texts } = this.#mapping;
    const values = new Set(ownConstants);
    const names = new Set(texts.filter((text) => /^\w+$/.test(text)));
    for (const text of texts) values.add(text.toLowerCase());
    for (const { facts } of this.#definitions.values()) {
      for (const [name, { options }] of facts) {
        names.add(name);
        for (const option of options) values.add(option);
      }
    }
    this.#constants = values;
    this.#names = names;
  }
}

/** Matches texts of several words, which may become part of a user's text. */
function phrasePattern(texts: readonly string[]): RegExp {
  const phrases = [cutMarker, ...mediaWords, ...texts.filter((text) => /\S\s+\S/.test(text))];
  return new RegExp(`(${phrases.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`);
}
