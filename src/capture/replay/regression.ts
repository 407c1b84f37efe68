import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isObject } from '../../json.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { checkSources } from '../../mapping/load/load-mappings.ts';
import { hasErrors, MappingError } from '../../mapping/schema/diagnostic.ts';
import { type Capture, type CapturedExchange, CaptureFileError, parseCapture } from '../capture-file.ts';
import { readDefinitions } from '../record/portal-facts.ts';
import { replayCapture } from './replay-capture.ts';
import { differenceLine } from './report.ts';

/** A capture that `npm test` replays with its own mapping files, and the differences that are meant. */
export interface Regression {
  /** What it is about, in a sentence. */
  readonly story: string;
  readonly capture: Capture;
  /** Lines of the report that are expected: a fault that was mended since. */
  readonly expected: readonly string[];
}

const RegressionSchema = z.object({ story: z.string(), expected: z.array(z.string()), capture: z.unknown() });

/** @throws CaptureFileError for a file that is none. */
export function readRegression(file: string): Regression {
  const parsed = RegressionSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new CaptureFileError(`${file} is not a regression`);
  return { ...parsed.data, capture: parseCapture(parsed.data.capture, file) };
}

/** Writes `<folder>/<name>.json`; answers its path. */
export function saveRegression(folder: string, name: string, { story, capture, expected }: Regression): string {
  const file = join(folder, `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  const { exchanges, ambient, mapping, ...head } = withoutUnmentioned(capture);
  const lines = (list: readonly unknown[]) => list.map((entry) => `\n   ${JSON.stringify(entry)}`).join(',');
  const text = `{
 "story": ${JSON.stringify(story)},
 "expected": ${JSON.stringify(expected, null, 1)},
 "capture": ${JSON.stringify(head, null, 1).slice(0, -2)},
  "exchanges": [${lines(exchanges)}],
  "ambient": [${lines(ambient)}],
  "mapping": { "hash": ${JSON.stringify(mapping.hash)}, "files": [${lines(mapping.files)}] }
 }
}
`;
  writeFileSync(file, text);
  return file;
}

/** Definitions of properties that neither the request nor the mapping files mention make up most of a capture, for nothing. */
function withoutUnmentioned(capture: Capture): Capture {
  const { ambient, exchanges, ...rest } = capture;
  const isDefinitions = ({ method, path }: CapturedExchange) =>
    method === 'GET' && /^\/crm\/v3\/properties\//.test(path);
  const text = JSON.stringify({ rest, calls: exchanges.filter((exchange) => !isDefinitions(exchange)) });
  const words = new Set(text.match(/[a-z][a-z0-9_]*/g) ?? []);
  const slim = (exchange: CapturedExchange) => {
    if (!isDefinitions(exchange)) return exchange;
    const { slim: response } = readDefinitions(exchange.response);
    const results = isObject(response) && Array.isArray(response.results) ? response.results : [];
    const kept = results.filter((definition) => isObject(definition) && words.has(String(definition.name)));
    return { ...exchange, response: { results: kept } };
  };
  return { ...rest, ambient: ambient.map(slim), exchanges: exchanges.map(slim) };
}

/**
 * Replays a regression with the mapping files that it carries.
 * @returns differences that nobody expects, and expected ones that did not come.
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
 * The mapping files that were in force when the request was captured.
 * @throws CaptureFileError when the capture has none; MappingError when today's bridge does not take them.
 */
export function capturedMappings({ mapping, settings }: Capture): Mappings {
  if (mapping.files.length === 0) throw new CaptureFileError('The capture carries no mapping files');
  const sources = mapping.files.map(({ name, text }) => ({ file: name, text }));
  const { mappings, diagnostics } = checkSources(
    'capture',
    sources,
    settings.defaultCountry === undefined ? {} : { defaultCountry: settings.defaultCountry },
  );
  if (mappings === undefined || hasErrors(diagnostics)) throw new MappingError(diagnostics);
  return mappings;
}
