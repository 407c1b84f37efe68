import type { CallKind } from './http/call-kind.ts';

/** Milliseconds, or a range from which each call draws. */
export type Duration = number | { readonly minMs: number; readonly maxMs: number };

/** How long the CRM works on a call before it answers: for all calls or by kind of call. Real time. */
export type Latency = Duration | Readonly<Partial<Record<CallKind, Duration>>>;

/** Draws the latency of one call, in milliseconds. */
export function drawLatency(latency: Latency, kind: CallKind): number {
  const duration = typeof latency === 'number' || isRange(latency) ? latency : (latency[kind] ?? 0);
  if (typeof duration === 'number') return duration;
  return duration.minMs + Math.random() * (duration.maxMs - duration.minMs);
}

/** Reads what the admin call was sent: `{ms}`, `{minMs, maxMs}` or durations by kind of call. */
export function readLatency(body: Readonly<Record<string, unknown>>): Latency {
  if (typeof body.ms === 'number') return body.ms;
  if (isRange(body)) return { minMs: Number(body.minMs), maxMs: Number(body.maxMs) };
  return Object.fromEntries(
    Object.entries(body).map(([kind, value]): [string, Duration] => [
      kind,
      isRange(value) ? { minMs: Number(value.minMs), maxMs: Number(value.maxMs) } : Number(value),
    ]),
  );
}

function isRange(value: unknown): value is { readonly minMs: number; readonly maxMs: number } {
  return typeof value === 'object' && value !== null && 'minMs' in value && 'maxMs' in value;
}
