import type { ServerResponse } from 'node:http';
import { formatInstant } from '../clock.ts';
import type { FaultAction } from '../faults.ts';
import { type Answer, htmlPage, wireText } from './answer.ts';
import { answerOfStatus, type RefusedCall } from './refusals.ts';
import { send, sendCut, sendSlowly, withHeaders } from './send.ts';

/** A call that a fault hits. */
export interface FaultyCall {
  readonly response: ServerResponse;
  /** Headers of every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** Executes the call. */
  readonly run: () => Answer;
  /** Epoch milliseconds of the sandbox's clock. */
  readonly now: number;
  readonly refused: RefusedCall;
}

/** Plays a fault. Returns the status that was sent, 0 for none. */
export async function playFault(fault: FaultAction, call: FaultyCall): Promise<number> {
  const { response, headers, run } = call;
  const sendStatus = (status: number) => send(response, withHeaders(answerOfStatus(status, call.refused), headers));
  switch (fault.kind) {
    case 'status': {
      if (fault.body === undefined)
        return send(
          response,
          withHeaders(answerOfStatus(fault.status, call.refused), { ...headers, ...fault.headers }),
        );
      return send(response, { status: fault.status, body: fault.body, headers: { ...headers, ...fault.headers } });
    }
    case 'html':
      return send(response, withHeaders(htmlPage(fault.status ?? 502, `${fault.status ?? 502} Bad Gateway`), headers));
    case 'silent-success':
      return send(response, withHeaders(silentSuccess(call), headers));
    case 'done-then-status':
      run();
      return sendStatus(fault.status);
    case 'done-then-reset':
      run();
      return reset(response);
    case 'reset':
      return reset(response);
    case 'done-then-hang':
      run();
      return 0;
    case 'hang':
      return 0;
    case 'malformed-json':
      return sendCut(response, withHeaders(run(), headers));
    case 'no-content-type': {
      const answer = run();
      response.writeHead(answer.status, headers);
      response.end(wireText(answer));
      return answer.status;
    }
    case 'slow-body':
      return sendSlowly(response, withHeaders(run(), headers), fault.ms);
  }
}

/** A batch answer that reports success and lists nothing. */
function silentSuccess({ response, now }: FaultyCall): Answer {
  const time = formatInstant(now);
  const isCreate = response.req.url?.endsWith('/batch/create');
  return {
    status: isCreate ? 201 : 200,
    body: { status: 'COMPLETE', results: [], startedAt: time, completedAt: time },
  };
}

function reset(response: ServerResponse): number {
  response.socket?.resetAndDestroy();
  return 0;
}
