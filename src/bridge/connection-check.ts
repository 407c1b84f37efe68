import type { Clock } from '../crm/clock.ts';
import type { CallContext, Crm } from '../crm/crm.ts';
import { deadlineIn } from '../crm/deadline.ts';
import { CrmRejectedError, CrmUnavailableError, DeadlineError, GatewayError } from '../errors.ts';

/** `degraded`: the connection was proven, and for a while the CRM does not answer as it should. */
export type ConnectionState = { readonly status: 'ok' } | { readonly status: 'degraded'; readonly reason: string };

/**
 * Reports whether the CRM answers and accepts the token, within {@link patienceMs} whatever the CRM does.
 * @throws CrmRejectedError when the token is refused; CrmUnavailableError when the connection was never proven, or when the trouble
 * lasts too long to be passing.
 */
export type ConnectionCheck = (context: Pick<CallContext, 'requestId'>) => Promise<ConnectionState>;

/** How long one answer of the CRM proves the connection. */
const proofLastsMs = 30_000;
/** The CRM is called at most this often, however many callers check the connection. */
const intervalMs = 10_000;
/** The CRM's time for an answer; the bridge itself answers earlier. */
const questionMs = 9_000;
const patienceMs = 2_000;
const passingMs = 5 * 60_000;

interface Trouble {
  readonly since: number;
  readonly error: unknown;
}

export function createConnectionCheck(crm: Pick<Crm, 'readAccount'>, clock: Clock): ConnectionCheck {
  const now = () => clock.now();
  let provenAt: number | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let trouble: Trouble | undefined;
  let question: Promise<void> | undefined;

  async function ask(requestId: string): Promise<void> {
    askedAt = now();
    const since = trouble?.since ?? askedAt;
    try {
      const context = { requestId, urgency: 'urgent', deadline: deadlineIn(questionMs, now) } as const;
      await crm.readAccount(context, { isProbe: true });
      provenAt = now();
      trouble = undefined;
    } catch (error) {
      trouble = { since, error };
      // A new token must be verified again.
      if (error instanceof CrmRejectedError) provenAt = undefined;
    }
    question = undefined;
  }

  return async ({ requestId }) => {
    if (trouble === undefined && provenAt !== undefined && now() - provenAt <= proofLastsMs) return { status: 'ok' };
    if (question === undefined && now() - askedAt >= intervalMs) question = ask(requestId);
    // If the check of a proven connection takes longer than this, the connection is degraded, and later callers do not wait for the check.
    const isWaitedFor = provenAt !== undefined && now() - askedAt >= patienceMs;
    const isAnswered = question === undefined || (!isWaitedFor && (await endsWithin(question, clock)));
    if (isAnswered && trouble === undefined) return { status: 'ok' };
    const known = isAnswered || trouble?.error instanceof CrmRejectedError ? trouble : undefined;
    return judge(known ?? { since: trouble?.since ?? askedAt, error: silence(now() - askedAt) }, {
      isProven: provenAt !== undefined,
      now: now(),
    });
  };
}

function judge({ since, error }: Trouble, at: { readonly isProven: boolean; readonly now: number }): ConnectionState {
  const cause = error instanceof DeadlineError ? silence(questionMs) : error;
  if (!(cause instanceof GatewayError) || cause instanceof CrmRejectedError) throw cause;
  if (!at.isProven || at.now - since > passingMs) throw cause;
  return { status: 'degraded', reason: cause.message };
}

function silence(ms: number): CrmUnavailableError {
  return new CrmUnavailableError(`The CRM has not responded for ${Math.ceil(ms / 1_000)} s`);
}

/** @returns false if the work goes on after {@link patienceMs}. */
async function endsWithin(work: Promise<void>, clock: Clock): Promise<boolean> {
  let timer: unknown;
  const patience = new Promise<boolean>((resolve) => {
    timer = clock.setTimer(() => resolve(false), patienceMs);
  });
  const isDone = await Promise.race([work.then(() => true), patience]);
  clock.clearTimer(timer);
  return isDone;
}
