import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { checkSources } from '../../mapping/load/load-mappings.ts';
import { hasErrors, MappingError } from '../../mapping/schema/diagnostic.ts';
import { CaptureFileError, parseCapture } from '../capture-file.ts';
import type { Capture, CapturedExchange } from '../capture-schema.ts';
import { differenceLine } from './replay-difference.ts';
import { replayCapture } from './replay-capture.ts';
import { capturedCrm } from '../captured-crm.ts';

/** A capture that `npm test` replays with its own mapping files, and the differences it expects. */
export interface Regression {
  /** What it tests, in a sentence. */
  readonly story: string;
  readonly capture: Capture;
  /** Report lines that are expected, e.g. because a bug was fixed since. */
  readonly expected: readonly string[];
}

const RegressionSchema = z.object({ story: z.string(), expected: z.array(z.string()), capture: z.unknown() });

/** @throws CaptureFileError for any other file. */
export function readRegression(file: string): Regression {
  const parsed = RegressionSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new CaptureFileError(`${file} is not a regression test`);
  return { ...parsed.data, capture: parseCapture(parsed.data.capture, file) };
}

/** Writes `<folder>/<name>.json` and returns its path. */
export function saveRegression(folder: string, name: string, regression: Regression): string {
  const file = join(folder, `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, regressionText(regression));
  return file;
}

/** The text of a regression test's file. */
export function regressionText({ story, capture, expected }: Regression): string {
  const { exchanges, ambient, mapping, ...head } = withoutUnmentioned(capture);
  const lines = (list: readonly unknown[]) => list.map((entry) => `\n   ${JSON.stringify(entry)}`).join(',');
  return `{
 "story": ${JSON.stringify(story)},
 "expected": ${JSON.stringify(expected, null, 1)},
 "capture": ${JSON.stringify(head, null, 1).slice(0, -2)},
  "exchanges": [${lines(exchanges)}],
  "ambient": [${lines(ambient)}],
  "mapping": { "hash": ${JSON.stringify(mapping.hash)}, "files": [${lines(mapping.files)}] }
 }
}
`;
}

/** Omits property definitions that neither the request nor the mapping files mention: they make up most of a capture. */
function withoutUnmentioned(capture: Capture): Capture {
  const { definitions } = capturedCrm.protocol;
  const { ambient, exchanges, ...rest } = capture;
  const isDefinitions = (exchange: CapturedExchange) => definitions.readIn(exchange) !== undefined;
  const text = JSON.stringify({ rest, calls: exchanges.filter((exchange) => !isDefinitions(exchange)) });
  const words = new Set(text.match(/[a-z][a-z0-9_]*/g) ?? []);
  const slim = (exchange: CapturedExchange) => {
    if (!isDefinitions(exchange)) return exchange;
    const response = definitions.only(definitions.parse(exchange.response).slim, (name) => words.has(name));
    return { ...exchange, response };
  };
  return { ...rest, ambient: ambient.map(slim), exchanges: exchanges.map(slim) };
}

/**
 * Replays a regression with the mapping files that it carries.
 * @returns unexpected differences, and expected ones that did not occur.
 */
export async function runRegression({ capture, expected }: Regression): Promise<{
  readonly unexpected: readonly string[];
  readonly absent: readonly string[];
}> {
  const { differences, assumptions } = await replayCapture(capture, capturedMappings(capture));
  const lines = [...differences.map(differenceLine), ...assumptions.map((assumption) => `assumed  ${assumption}`)];
  return {
    unexpected: lines.filter((line) => !expected.includes(line)),
    absent: expected.filter((line) => !lines.includes(line)),
  };
}

/**
 * The mapping files that were active when the request was captured.
 * @throws CaptureFileError when the capture has none; MappingError when today's bridge rejects them.
 */
export function capturedMappings({ mapping, settings }: Capture): Mappings {
  if (mapping.files.length === 0) throw new CaptureFileError('The capture contains no mapping files');
  const sources = mapping.files.map(({ name, text }) => ({ file: name, text }));
  const locale = settings.defaultCountry === undefined ? {} : { defaultCountry: settings.defaultCountry };
  const { mappings, diagnostics } = checkSources('capture', sources, { locale });
  if (mappings === undefined || hasErrors(diagnostics)) throw new MappingError(diagnostics);
  return mappings;
}
