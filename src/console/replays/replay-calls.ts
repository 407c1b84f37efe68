import { readCapture } from '../../capture/capture-file.ts';
import type { Capture } from '../../capture/capture-schema.ts';
import { reasonOf } from '../../capture/inspect/capture-story.ts';
import { captureFileIn } from '../../capture/inspect/capture-of-request.ts';
import { type ReplayDifference, differenceLine } from '../../capture/replay/replay-difference.ts';
import { capturedMappings, regressionText } from '../../capture/replay/regression.ts';
import { NotReplayableError, replayCapture } from '../../capture/replay/replay-capture.ts';
import { describeReplay } from '../../capture/replay/report.ts';
import type { Diagnostic } from '../../mapping/schema/diagnostic.ts';
import { type ArchiveSettings, createIdHiderFor } from '../archive/archive.ts';
import { showCapture } from '../records/capture-ids.ts';
import { type Effect, effectsOf, type ReplayChanges } from './effects.ts';
import { createMappingVersions } from './mapping-versions.ts';
import type { MappingEdit, ReplayedMapping } from './replay-settings.ts';

/** What a replay of one request showed. */
export interface ReplayResult {
  readonly isSame: boolean;
  /** One line each, as `replay` prints them. Values are those of the capture. */
  readonly lines: readonly string[];
  readonly status: number;
  /** The first error or warning of the answer; empty: all went well. */
  readonly trouble: string;
}

/** What an edit changes in one request. */
export type CompareResult =
  | { readonly kind: 'same'; readonly asksDifferently: boolean }
  | { readonly kind: 'differs'; readonly effects: readonly Effect[]; readonly isAssumed: boolean };

/** What the thread of replays does; one call at a time, since a replay blocks the network of its thread. */
export function createReplayCalls(settings: ArchiveSettings) {
  const versions = createMappingVersions(settings);
  const hideId = createIdHiderFor(settings);

  function open(name: string): Capture {
    return readCapture(captureFileIn(settings.captures ?? '', name));
  }

  async function replay(name: string, which: ReplayedMapping): Promise<ReplayResult> {
    const capture = open(name);
    const result = await replayCapture(capture, versions.choose(which, capture));
    const { status, body } = result.answer;
    const answer = { status, headers: {}, body };
    const isSame = result.differences.length === 0;
    const trouble = reasonOf({ ...capture, answer });
    // Both contain values.
    if (capture.personalData === 'kept') {
      return { isSame, status, lines: isSame ? [] : [hiddenLines], trouble: trouble === '' ? '' : hiddenTrouble };
    }
    const { hideIds } = showCapture(capture, hideId);
    return { isSame, status, lines: describeReplay(result).slice(0, maxLines).map(hideIds), trouble: hideIds(trouble) };
  }

  async function compare(name: string, edit: MappingEdit): Promise<CompareResult> {
    const capture = open(name);
    const edited = versions.choose({ kind: 'edited', edit }, capture);
    const today = versions.choose({ kind: 'today' }, capture);
    const after = await replayCapture(capture, edited);
    const isBaseline = capture.mapping.hash === today.hash && after.differences.length === 0;
    const before = isBaseline ? after : await replayCapture(capture, today);
    const changes = changesBetween(before.differences, after.differences);
    const effects = effectsOf(`${capture.request.method} ${capture.request.path.split('?')[0]}`, changes);
    if (effects.length === 0)
      return { kind: 'same', asksDifferently: changes.now.length + changes.noLonger.length > 0 };
    const { hideIds } = showCapture(capture, hideId);
    const shown = effects.map(({ text, example }) => ({ text: hideIds(text), example: hideIds(example) }));
    const effectsShown = capture.personalData === 'kept' ? shown.map(withoutValues) : shown;
    return { kind: 'differs', effects: effectsShown, isAssumed: after.assumptions.length > before.assumptions.length };
  }

  return {
    replay,
    compare,
    /** The findings of the folder with the edited file in it. */
    check: (edit: MappingEdit): readonly Diagnostic[] => versions.check(edit).diagnostics,
    /** The text of a regression test that expects what a replay with the captured mapping files shows today. */
    async regression(name: string): Promise<string> {
      const capture = open(name);
      if (capture.personalData === 'kept') {
        throw new NotReplayableError('it contains personal data, so it must not become part of a project');
      }
      const { differences, assumptions } = await replayCapture(capture, capturedMappings(capture));
      const expected = [...differences.map(differenceLine), ...assumptions.map((each) => `assumed  ${each}`)];
      const story = `${capture.request.method} ${capture.request.path} of ${capture.startedAt.slice(0, 10)}`;
      const shown = showCapture(capture, hideId);
      return regressionText({ story, capture: shown.capture, expected: expected.map(shown.hideIds) });
    },
  };
}

export type ReplayCalls = ReturnType<typeof createReplayCalls>;

const maxLines = 60;
const hiddenLines = 'The differences are hidden, like all values of this capture.';
const hiddenTrouble = 'an error or warning, which is hidden like all values of this capture';

/** An error may contain a value, and an example always does. */
function withoutValues({ text }: Effect): Effect {
  return { text: text.replace(/(: a record now fails): .*$/s, '$1'), example: 'hidden' };
}

/** What one replay shows and the other does not. */
function changesBetween(before: readonly ReplayDifference[], after: readonly ReplayDifference[]): ReplayChanges {
  const linesBefore = new Set(before.map(differenceLine));
  const linesAfter = new Set(after.map(differenceLine));
  return {
    now: after.filter((difference) => !linesBefore.has(differenceLine(difference))),
    noLonger: before.filter((difference) => !linesAfter.has(differenceLine(difference))),
  };
}
