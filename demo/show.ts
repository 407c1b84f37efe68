import { styleText } from 'node:util';
import type { ExportRequest } from './export.ts';

/** One call that HubSpot received. */
export interface HubSpotCall {
  readonly method: string;
  readonly path: string;
  /** Number of records in a batch. */
  readonly inputs: number;
  readonly status: number;
}

export interface Played {
  readonly request: ExportRequest;
  readonly status: number;
  readonly answer: unknown;
  readonly durationMs: number;
  /** Undefined if the CRM cannot be observed. */
  readonly calls: readonly HubSpotCall[] | undefined;
}

const width = 110;

/** Calls that no request of Enginy caused. */
export function showCalls(calls: readonly HubSpotCall[]): string {
  return `\n${linesOf(calls)
    .map((line, index) => row(index === 0 ? 'HubSpot' : '', line))
    .join('\n')}\n`;
}

/** A few lines on one request: what Enginy sent, which calls it became, what came back. */
export function showPlayed(number: number, played: Played): string {
  const { request, status, answer, durationMs, calls } = played;
  const head = `${String(number).padStart(2)}  ${request.title}`;
  const lines = [
    '',
    `${styleText('bold', head)}  ${styleText('dim', `${Math.round(durationMs)} ms`)}`,
    row(
      'Enginy',
      `${styleText('cyan', `${request.method} ${request.path}`)}  ${request.body === undefined ? '' : short(request.body, width - 30)}`,
    ),
    ...(calls === undefined ? [] : linesOf(calls).map((line, index) => row(index === 0 ? 'HubSpot' : '', line))),
    row('answer', `${styleText(status < 300 ? 'green' : 'red', String(status))}  ${short(answer, width - 22)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function linesOf(calls: readonly HubSpotCall[]): string[] {
  if (calls.length === 0) return [styleText('dim', 'no call: the bridge knows it already')];
  const counted = new Map<string, number>();
  for (const { method, path, inputs, status } of calls) {
    const records = inputs > 0 ? styleText('dim', ` · ${inputs} ${unitOf(path, inputs)}`) : '';
    const line = `${styleText('yellow', `${method} ${path}`)}${records}${status < 300 ? '' : ` → ${status}`}`;
    counted.set(line, (counted.get(line) ?? 0) + 1);
  }
  return [...counted].map(([line, times]) => (times === 1 ? line : `${line} × ${times}`));
}

function unitOf(path: string, count: number): string {
  if (path.includes('/properties/')) return count === 1 ? 'property' : 'properties';
  if (path.endsWith('/associate/default')) return count === 1 ? 'pair' : 'pairs';
  return count === 1 ? 'record' : 'records';
}

function row(label: string, text: string): string {
  return `    ${styleText('dim', label.padEnd(8))} ${text.trimEnd()}`;
}

function short(value: unknown, limit: number): string {
  const text = JSON.stringify(value);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
