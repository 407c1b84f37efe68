import type { ConsoleSources } from '../console-sources.ts';
import type { LiveMark } from '../html/status-mark.ts';
import { shortTime } from '../html/time-tag.ts';

/** The state of each part, in one line. */
export function readStates(sources: ConsoleSources): readonly LiveMark[] {
  return [
    hubSpotState(sources),
    redisState(sources),
    mappingState(sources),
    indexState(sources),
    journalState(sources),
    captureState(sources),
  ].map(({ name, status, words }) => ({ name: `state.${name}`, status, words }));
}

function hubSpotState({ pulse, config }: ConsoleSources): LiveMark {
  const name = 'hubspot';
  const crm = config.isSandbox ? 'Embedded CRM' : 'HubSpot';
  const { acceptedAt, failed } = pulse.read();
  if (failed !== undefined && failed.at >= (acceptedAt ?? 0)) {
    const answer = failed.status === undefined ? 'did not respond' : `responded with ${failed.status}`;
    return { name, status: 'bad', words: `${crm} ${answer} at ${shortTime(failed.at)}` };
  }
  if (acceptedAt === undefined) return { name, status: 'off', words: `${crm}: no call yet` };
  return { name, status: 'good', words: `${crm} responded at ${shortTime(acceptedAt)}` };
}

function redisState({ redis }: ConsoleSources): LiveMark {
  const name = 'redis';
  if (redis === undefined) return { name, status: 'off', words: 'Redis: not used, single process' };
  if (!redis.isUp) return { name, status: 'bad', words: 'Redis cannot be reached: each replica uses its share' };
  return { name, status: 'good', words: 'Redis is connected' };
}

function mappingState({ mappings }: ConsoleSources): LiveMark {
  const name = 'mapping';
  const { hash, loadedAt, missing = [], refused } = mappings.state();
  if (refused !== undefined) {
    const count = refused.diagnostics.length;
    const at = shortTime(Date.parse(refused.at));
    return {
      name,
      status: 'bad',
      words: `Mapping: the edit of ${at} was rejected (${count} findings), ${hash} stays active`,
    };
  }
  const since = `${hash}, active since ${shortTime(Date.parse(loadedAt))}`;
  if (missing.length === 0) return { name, status: 'good', words: `Mapping ${since}` };
  return { name, status: 'warning', words: `Mapping ${since}: ${missing.length} properties are missing in the CRM` };
}

function indexState({ identityIndex }: ConsoleSources): LiveMark {
  const name = 'index';
  if (identityIndex === undefined) return { name, status: 'off', words: 'Identity index: off' };
  const states = identityIndex.state();
  const all = states.reduce((sum, { rules }) => sum + rules.all, 0);
  const complete = states.reduce((sum, { rules }) => sum + rules.complete, 0);
  if (complete < all) return { name, status: 'warning', words: `Identity index: ${complete} of ${all} rules complete` };
  return { name, status: 'good', words: `Identity index: all ${all} rules complete` };
}

function journalState({ journal }: ConsoleSources): LiveMark {
  const name = 'journal';
  if (journal === undefined) return { name, status: 'off', words: 'Journal: off' };
  const { written, dropped } = journal.counts;
  if (dropped > 0) return { name, status: 'bad', words: `Journal: ${dropped} entries dropped, see the log` };
  return { name, status: 'good', words: `Journal: ${written} entries written` };
}

function captureState({ capture, config }: ConsoleSources): LiveMark {
  const name = 'captures';
  if (capture === undefined) return { name, status: 'off', words: 'Captures: off' };
  const { written, dropped } = capture.counts;
  if (dropped > 0) return { name, status: 'warning', words: `Captures: ${written} written, ${dropped} dropped` };
  const what = config.capture?.mode === 'all' ? 'all requests' : 'requests with errors or warnings';
  return { name, status: 'good', words: `Captures of ${what}: ${written} written` };
}
