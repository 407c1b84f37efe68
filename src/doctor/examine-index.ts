import type { Config } from '../config.ts';
import { type IndexStanding, ruleWords, standingOf, sweptWords } from '../identity/index-standing.ts';
import type { IndexReading, StoredIndex } from '../identity/stored-index.ts';
import type { Mappings } from '../mapping/load/file-kinds.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import type { Examined, Section } from './examination.ts';
import { grouped } from '../counted.ts';

/** A stored index as it was read, and what it should be of. */
export interface ReadIndex {
  readonly reading: IndexReading;
  /** A path, or Redis. */
  readonly place: string;
  /** The mark of the account and the secret that the bridge will use; undefined where the account was not asked. */
  readonly account: string | undefined;
}

const title = 'Identity index';
/** A running bridge sweeps once a minute, and later while other calls need HubSpot's limits. */
const oldMs = 10 * 60_000;

/**
 * The progress of the identity index for each object, read where the bridge stores it, without calling HubSpot.
 * @param index undefined where the index is off, or in the memory of the bridge.
 */
export function examineIndex(
  settings: Config['identityIndex'],
  index: ReadIndex | undefined,
  mappings: Mappings | undefined,
): Section {
  return { title, lines: linesOf(settings, index, mappings) };
}

function linesOf(
  settings: Config['identityIndex'],
  index: ReadIndex | undefined,
  mappings: Mappings | undefined,
): readonly Examined[] {
  const id = 'index';
  if (settings === undefined) return [{ id, mark: '✓', text: 'off: records are matched by searching HubSpot' }];
  if (index === undefined) return [{ id, mark: '✓', text: 'on, in the memory of the bridge' }];
  const { reading, place, account } = index;
  if (!('stored' in reading)) return [faultLine(reading, place)];
  const { stored } = reading;
  if (stored.account === undefined) {
    const text = `${place} has lost a part of the index: the bridge rebuilds it`;
    return [{ id, mark: '!', text, remedy: 'set maxmemory-policy noeviction, and give Redis more memory' }];
  }
  if (account !== undefined && stored.account !== account) {
    const text = `${place} is of another account or secret: the bridge empties and rebuilds it`;
    return [{ id, mark: '!', text, remedy: 'set STATE_SECRET so that a new token does not cause this again' }];
  }
  const size = stored.bytes === undefined ? '' : `, ${(stored.bytes / 1_000_000).toFixed(1)} MB`;
  const file: Examined = { id, mark: '✓', text: `${place}: ${grouped(stored.keys)} keys${size}` };
  const of = [mappings?.contacts, mappings?.companies].filter((mapping) => mapping !== undefined);
  return [file, ...of.map((mapping) => objectLine(stored, mapping, settings.overlapMs))];
}

function faultLine(reading: Exclude<IndexReading, { readonly stored: unknown }>, place: string): Examined {
  const id = 'index';
  switch (reading.fault) {
    case 'none':
      return { id, mark: '✓', text: `${place}: nothing yet; the running bridge builds it in the background` };
    case 'other form':
      return { id, mark: '✓', text: `${place} was written by another version: the bridge rebuilds it` };
    case 'not a file':
      return {
        id,
        mark: '!',
        text: `${place} is not a file`,
        remedy: 'move it away, or set DATA_DIR to another folder',
      };
    case 'damaged': {
      const remedy = `stop the bridge, delete ${place} with its -wal and -shm, and start it: nothing is lost, and it rebuilds the index`;
      return {
        id,
        mark: '!',
        text: `${place} is damaged: the bridge deletes it when it notices, and searches until it is rebuilt`,
        remedy,
      };
    }
    case 'unreadable': {
      const remedy = 'run doctor as the user of the bridge, where it runs';
      return { id, mark: '!', text: `${place} cannot be read: ${reading.reason}`, remedy };
    }
  }
}

function objectLine(stored: StoredIndex, mapping: Mapping, overlapMs: number): Examined {
  const standing = standingOf(stored, mapping, Date.now());
  const { drift, sweptAgoMs, failing } = standing;
  const id = `index-${mapping.object}`;
  const missed = drift === 0 ? 'no drift' : `drift: ${grouped(drift)} keys were missed`;
  const text = `${mapping.object}: ${stateWords(standing)}, ${missed}, ${sweptWords(standing)}`;
  const isOld = sweptAgoMs !== undefined && sweptAgoMs > oldMs && failing === undefined;
  const remedies = [
    ...(failing === undefined
      ? []
      : [`correct what failed; the bridge tries again every minute and searches until then`]),
    ...(isOld ? ['start the bridge; if it runs, its log says why it cannot sweep'] : []),
    ...(drift > 0 && standing.overlapMs > overlapMs ? [driftRemedy(standing)] : []),
  ];
  return remedies.length === 0 ? { id, mark: '✓', text } : { id, mark: '!', text, remedy: remedies.join('; ') };
}

/** The bridge has already reacted; the user only needs to make the change permanent. */
function driftRemedy({ overlapMs }: IndexStanding): string {
  const seconds = overlapMs / 1_000;
  return `the bridge added them, and its sweeps have reached back ${seconds} s since then; set INDEX_OVERLAP_S=${seconds} to keep that if the index is rebuilt`;
}

function stateWords({ rules }: IndexStanding): string {
  const open = rules.find(({ state }) => state === 'being built') ?? rules.find(({ state }) => state !== 'complete');
  const complete = rules.filter(({ state }) => state === 'complete').length;
  if (open === undefined) return 'complete';
  return complete === 0 ? ruleWords(open) : `${ruleWords(open)}, ${complete} of ${rules.length} rules complete`;
}
