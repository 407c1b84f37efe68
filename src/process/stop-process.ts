import type { Logger } from '../logger.ts';
import type { RunningBridge } from '../serve.ts';

/** An orchestrator waits 15 s or longer before it kills the process; the margin is for closing and the last log lines. */
const stopWithinMs = 13_000;

/** Closing may take this much longer. A file system that does not respond can block a clean exit for any time. */
const closeWithinMs = 1_700;

/** From this signal on, the process ends without waiting. */
const signalsToExit = 3;

type HostProcess = Pick<NodeJS.Process, 'on' | 'exit' | 'kill' | 'pid'>;

/**
 * Stops the bridge on SIGTERM, SIGINT and errors that nothing caught, once: requests in progress are finished. Repeated signals are
 * logged, as terminals and npm send some twice; the third ends the process at once.
 * @returns stops the bridge for another reason.
 */
export function stopOnSignals(
  bridge: Pick<RunningBridge, 'close' | 'stopDelayMs'>,
  log: Logger,
  host: HostProcess = process,
): (reason: string) => void {
  let isStopping = false;
  let signals = 0;
  const stop = (reason: string, status: number) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ reason }, 'stopping: finishing requests in progress');
    setTimeout(
      () => {
        log.warn({}, 'something did not close in time: ending the process');
        host.kill(host.pid, 'SIGKILL');
      },
      bridge.stopDelayMs + stopWithinMs + closeWithinMs,
    ).unref();
    bridge.close(stopWithinMs).then(
      (cutOff) => {
        if (cutOff > 0) log.warn({ cutOff }, 'stopped before every request was finished');
        else log.info({}, 'stopped');
        host.exit(status);
      },
      (error: unknown) => {
        log.error({ err: error }, 'stopped with an error');
        host.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    host.on(signal, () => {
      signals += 1;
      if (signals >= signalsToExit) {
        log.warn({ signal }, 'asked to stop a third time: ending the process');
        host.exit(1);
      } else if (isStopping) log.info({ signal }, 'already stopping; another signal ends the process immediately');
      else stop(signal, 0);
    });
  }
  // Promise rejections that nothing handles arrive here too.
  host.on('uncaughtException', (error, origin) => {
    log.error({ err: error, origin }, 'unexpected error outside any request');
    stop(origin, 1);
  });
  return (reason) => stop(reason, 0);
}
