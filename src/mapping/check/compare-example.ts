import type { Finding, Path } from '../schema/finding.ts';

/** The differences between the actual result and the expected one. */
export function compareExample(
  path: Path,
  example: string,
  { expected, actual }: { readonly expected: unknown; readonly actual: unknown },
): Finding[] {
  const key = path.at(-1);
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const isWarnings = key === 'warnings';
    const fits = (want: unknown, got: unknown) =>
      isWarnings ? String(got).startsWith(String(want)) : String(got) === String(want);
    const missing = expected.filter((want) => !actual.some((got) => fits(want, got)));
    const extra = actual.filter((got) => !expected.some((want) => fits(want, got)));
    const renewal = { path, value: actual };
    return [
      ...missing.map((want) => `"${example}": ${key} is missing ${show(want)}`),
      ...extra.map((got) => `"${example}": ${key} has unexpected ${show(got)}`),
    ].map((message) => ({ ...exampleFailure(path, message), renewal }));
  }
  const wanted = new Map(Object.entries(expected ?? {}));
  const got = new Map(Object.entries(actual ?? {}));
  const wrong = [...wanted].flatMap(([name, want]) => {
    if (JSON.stringify(got.get(name)) === JSON.stringify(want)) return [];
    const found = got.has(name) ? `is ${show(got.get(name))}` : 'is missing';
    const message = `"${example}": ${key}.${name} ${found}, expected ${show(want)}`;
    const renewal = { path: [...path, name], value: got.get(name) };
    return [{ ...exampleFailure([...path, name], message), renewal }];
  });
  const extra = [...got].flatMap(([name, value]) =>
    wanted.has(name)
      ? []
      : [
          {
            ...exampleFailure(path, `"${example}": ${key}.${name} is ${show(value)}, but was not expected`),
            renewal: { path: [...path, name], value },
          },
        ],
  );
  return [...wrong, ...extra];
}

function show(value: unknown): string {
  return JSON.stringify(value);
}

/** A finding for an example with an unexpected result. The bridge does not read examples, so it does not block the file. */
export function exampleFailure(path: Path, message: string): Finding {
  return { path, kind: 'example-failed', severity: 'warning', message };
}
