import { fromHtmlBody, toHtmlBody } from '../../src/bridge/timeline/markup/html-body.ts';
import { kindOfField } from '../../src/capture/redact/field-kinds.ts';
import { Pseudonyms } from '../../src/capture/redact/pseudonyms.ts';
import { ValueRedactor } from '../../src/capture/redact/value-redactor.ts';
import type { Transform } from '../../src/mapping/transforms/transform.ts';
import { findTransform, transformNames } from '../../src/mapping/transforms/transforms.ts';
import { foldCompanyName } from '../../src/mapping/values/company-name.ts';
import { foldText } from '../../src/mapping/values/fold-text.ts';
import { createOptionMatcher } from '../../src/mapping/values/option-matcher.ts';
import { formatTable } from '../table.ts';
import { rounded } from '../world.ts';

type Work = (text: string) => unknown;

/** Texts that have broken something: each unit is repeated to the length that is asked for. */
const shapes: Readonly<Record<string, string>> = {
  letters: 'a',
  blanks: ' ',
  'blanks and end': ' ',
  marks: '\u0323\u0301',
  digits: '1',
  'spaced digits': '1 ',
  tags: '<',
  'open tags': '<a aaaa',
  elements: '<p>a</p>',
  entities: '&amp;',
  ats: '@',
  'dotted ats': 'a.',
  schemes: 'a+',
  addresses: 'http://a.,',
  equals: '=',
  cjk: '山',
  hangul: '한',
  brackets: '[',
  slashes: '/',
  commas: ',',
  semicolons: ';a',
  quotes: '"',
  emails: 'a@b.co ',
};

function textOf(shape: string, length: number): string {
  const unit = shapes[shape] ?? 'a';
  const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  return shape === 'blanks and end' ? `${text}x` : shape === 'marks' ? `a${text}` : text;
}

/** Two sizes show how a function grows; the full set shows where it begins to. Minutes and an hour. */
type Depth = 'quick' | 'full';
const usualSizes = { quick: [50_000, 200_000], full: [25_000, 50_000, 100_000, 200_000] } as const;

/** A capture may hold texts of many MB. */
const redactedSizes = { quick: [250_000, 1_000_000], full: [...usualSizes.full, 500_000, 1_000_000] } as const;

function sizesOf(work: string, depth: Depth): readonly number[] {
  return (work.startsWith('redact ') ? redactedSizes : usualSizes)[depth];
}

/** Faster than this, growth is noise. */
const floorMs = 1;

/** Some systems count processor time in steps of 4 ms: shorter work is repeated until it has taken this long. */
const minMeasuredMs = 24;

/** A function that takes this long for a size is not measured with larger ones. */
const ceilingMs = 3_000;

interface Growth {
  readonly work: string;
  readonly shape: string;
  readonly msPerMb: number;
  readonly exponent: number;
}

/**
 * Milliseconds per MB of every transform, normalizer, cleaner and redactor, and how they grow: 1 is linear.
 * @param maxExponent beyond which a row is listed as growing too fast.
 * @param depth how many sizes are measured.
 */
export async function growthOfFunctions(
  maxExponent: number,
  depth: Depth,
): Promise<{ worst: readonly Growth[]; superlinear: readonly Growth[] }> {
  const rows: Growth[] = [];
  for (const [name, work] of Object.entries(works())) {
    const measured = Object.keys(shapes).map((shape) => ({
      work: name,
      shape,
      ...measure(work, shape, sizesOf(name, depth)),
    }));
    rows.push(...measured);
    process.stdout.write('.');
  }
  const worst = Object.values(Object.groupBy(rows, ({ work }) => work)).map((group = []) =>
    group.reduce((most, row) => (row.msPerMb > most.msPerMb ? row : most)),
  );
  worst.sort((a, b) => b.msPerMb - a.msPerMb);
  const superlinear = rows.filter(({ exponent }) => exponent > maxExponent);
  const line = ({ work, shape, msPerMb, exponent }: Growth) => {
    return [work, shape, msPerMb, `${exponent} ${exponent <= maxExponent ? '✓' : '✕'}`];
  };
  process.stdout.write(
    `\n${formatTable([['function', 'worst shape', 'ms per MB', 'exponent'], ...worst.slice(0, 25).map(line)])}\n`,
  );
  process.stdout.write(
    superlinear.length === 0
      ? `\nNo exponent above ${maxExponent}.\n`
      : `\n${formatTable([[`exponent above ${maxExponent}`, 'shape', 'ms per MB', 'exponent'], ...superlinear.map(line)])}\n`,
  );
  return { worst, superlinear };
}

function works(): Readonly<Record<string, Work>> {
  const all: Record<string, Work> = {};
  for (const name of transformNames) {
    const transform = findTransform(name);
    if (transform === undefined) continue;
    const argument = 'argument' in transform && transform.argument !== undefined ? '10' : undefined;
    all[`transform ${name}`] = (text) => applyTransform(transform, text, argument);
  }
  all.foldText = foldText;
  all.foldCompanyName = foldCompanyName;
  all.optionMatcher = createOptionMatcher([{ value: 'SOFTWARE', label: 'Computer Software' }]);
  all.toHtmlBody = (text) => toHtmlBody(text);
  all.fromHtmlBody = fromHtmlBody;
  const pseudonyms = new Pseudonyms('a secret of the bench');
  const settings = { pseudonyms, constants: new Set<string>(), phrases: undefined, defaultCountry: 'ES' };
  for (const field of ['email', 'firstName', 'phone', 'bio', 'linkedinUrl', 'company', 'odd']) {
    // A redactor of its own each time: it remembers what it has replaced.
    all[`redact ${field}`] = (text) => new ValueRedactor(settings).value(text, kindOfField(field));
  }
  return all;
}

/** As the mapping files run it: texts that are too long are rejected before they are looked at. */
function applyTransform(transform: Transform, text: string, argument: string | undefined): unknown {
  if (transform.accepts === 'owner') return transform.apply({ name: text, email: text });
  if (transform.accepts === 'list') return transform.apply([text], argument ?? '');
  if (text.length > (transform.maxLength ?? Number.POSITIVE_INFINITY)) return undefined;
  return transform.apply(text, { defaultCountry: 'ES' }, argument ?? '');
}

/** The exponent of the two largest sizes that took long enough to be measured; 0 if none did. */
function measure(work: Work, shape: string, sizes: readonly number[]): { msPerMb: number; exponent: number } {
  const times: { size: number; ms: number }[] = [];
  for (const size of sizes) {
    const ms = Math.min(timeOf(work, textOf(shape, size)), timeOf(work, textOf(shape, size)));
    times.push({ size, ms });
    if (ms > ceilingMs) break;
  }
  const [before, last] = [times.at(-2), times.at(-1)];
  const msPerMb = last === undefined ? 0 : rounded((last.ms / last.size) * 1_000_000);
  if (before === undefined || last === undefined || before.ms < floorMs) return { msPerMb, exponent: 0 };
  return { msPerMb, exponent: rounded(Math.log(last.ms / before.ms) / Math.log(last.size / before.size)) };
}

function timeOf(work: Work, text: string): number {
  // Processor time: other programs of the machine must not look like growth.
  const before = process.threadCpuUsage();
  for (let runs = 1; ; runs += 1) {
    work(text);
    const { user, system } = process.threadCpuUsage(before);
    const ms = (user + system) / 1_000;
    if (ms >= minMeasuredMs || runs === maxRuns) return ms / runs;
  }
}

const maxRuns = 100;
