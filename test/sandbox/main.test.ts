import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';

/** Starts the command that `npm run sandbox` runs. */
function start(...args: string[]): {
  child: ChildProcess;
  output: () => string;
  printed: (text: RegExp) => Promise<RegExpExecArray>;
} {
  const child = spawn(process.execPath, ['sandbox/main.ts', ...args], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  const printed = (text: RegExp) =>
    new Promise<RegExpExecArray>((resolve) => {
      const look = () => {
        const match = text.exec(output);
        if (match) resolve(match);
      };
      listeners.add(look);
      look();
    });
  return { child, output: () => output, printed };
}

test('prints its address, its token and a curl line that works, and ends on SIGTERM', async () => {
  const { child, printed } = start('--port', '0', '--token', 'secret', '--switch', 'traceIdEcho=echo');

  const [, authorization = '', url = ''] = await printed(/curl -s -H 'Authorization: (.*)' '(.*)'/);
  const answer = await fetch(url, { headers: { authorization } });
  const exited = once(child, 'exit');
  child.kill('SIGTERM');

  expect(authorization).toBe('Bearer secret');
  expect(await answer.json()).toMatchObject({ results: [{ properties: { firstname: 'Ada' } }, {}] });
  expect(await exited).toEqual([0, null]);
});

test.each([
  [['--port', 'x'], '--port must be a whole number, not "x"'],
  [['--switch', 'nope=x'], 'unknown switch "nope"'],
  [['--nope'], "Unknown option '--nope'"],
])('refuses %j in one line', async (args, message) => {
  const { child, output } = start(...args);

  const [code] = await once(child, 'close');

  expect(code).toBe(1);
  expect(output()).toContain(message);
  expect(output()).not.toContain('    at ');
});

test('explains its options', async () => {
  const { child, output } = start('--help');

  expect(await once(child, 'close')).toEqual([0, null]);
  expect(output()).toContain('--without-scope NAME');
});
