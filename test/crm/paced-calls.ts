import type { CallContext } from '../../src/crm/crm.ts';
import type { LaneName, LaneSettings } from '../../src/crm/pacing/lanes.ts';
import type { Attempt } from '../../src/crm/pacing/paced-call.ts';
import { createPacer, type Pacer } from '../../src/crm/pacing/pacer.ts';
import type { CallFailure, Repeat } from '../../src/crm/pacing/retry.ts';
import { CrmRejectedError, CrmUnavailableError } from '../../src/errors.ts';
import { FakeClock } from '../support/fake-clock.ts';

const limits = { burstPerTenSeconds: 100, searchPerSecond: 5 };

/** A CRM seen from its own side: when calls start, when it counts them, when it answers. */
interface Traffic {
  readonly starts: { at: number; name: string }[];
  readonly counted: number[];
}

function newTraffic(): Traffic {
  return { starts: [], counted: [] };
}

export function setUp(settings: Partial<LaneSettings> = {}) {
  const clock = new FakeClock();
  const pacer = createPacer({ ...limits, ...settings }, { clock, random: () => 0.5 });
  return { clock, pacer, traffic: newTraffic() };
}

interface CallOptions {
  readonly lane?: LaneName;
  readonly repeat?: Repeat;
  readonly urgency?: CallContext['urgency'];
  readonly requestId?: string;
  readonly deadlineMs?: number;
  readonly latencyMs?: number;
  /** Where between start (0) and response (1) the CRM counts the call. */
  readonly countedAt?: number;
  readonly answers?: readonly Attempt<unknown>[];
  readonly name?: string;
}

export function call(clock: FakeClock, pacer: Pacer, traffic: Traffic, options: CallOptions = {}): Promise<unknown> {
  const {
    lane = 'burst',
    repeat = 'always',
    urgency = 'bulk',
    requestId = 'r',
    latencyMs = 100,
    countedAt = 0,
  } = options;
  const context = { requestId, urgency, deadline: clock.deadlineIn(options.deadlineMs ?? 1e9) };
  let tries = 0;
  const attempt = async (): Promise<Attempt<unknown>> => {
    const answer = options.answers?.[tries] ?? { ok: true, value: options.name ?? 'done' };
    tries += 1;
    traffic.starts.push({ at: clock.now(), name: options.name ?? requestId });
    traffic.counted.push(clock.now() + countedAt * latencyMs);
    await clock.sleep(latencyMs);
    return answer;
  };
  const outcome = pacer.run({ lane, repeat, attempt }, context);
  // Several calls of a test may fail before the test looks at the first of them.
  outcome.catch(() => undefined);
  return outcome;
}

export function failed(kind: CallFailure['kind'], more: Partial<CallFailure> = {}): Attempt<unknown> {
  const error = kind === 'final' ? new CrmRejectedError('refused') : new CrmUnavailableError(`failed: ${kind}`);
  return { ok: false, failure: { kind, error, ...more } };
}
