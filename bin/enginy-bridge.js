#!/usr/bin/env node
// The source where there is one, as in a clone, since Node runs it as it is; else the built program. On an older Node the one
// that npm has installed beside the project takes over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 22 || (major === 22 && minor >= 20);
const source = new URL('../src/cli/main.ts', import.meta.url);
const pinned = new URL('../node_modules/node/bin/node', import.meta.url);

if (isNewEnough) {
  await import(existsSync(source) ? source.href : new URL('../dist/src/cli/main.js', import.meta.url).href);
} else if (existsSync(pinned)) {
  handOver(fileURLToPath(pinned));
} else {
  process.stderr.write(
    `enginy-bridge needs Node 22.20 or newer, and this is ${process.versions.node}.\nRun "npm ci" in its folder, which brings one, or install a newer Node.\n`,
  );
  process.exitCode = 2;
}

function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    // A terminal sends Ctrl-C to both by itself, and a second one would cut the child's stopping short.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? true : child.kill(signal)));
  }
  // npm hands a signal to the shell around this program alone, which ends without passing it on.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 200).unref();
  child.on('exit', (status, signal) => {
    process.exitCode = status ?? (signal === null ? 1 : 128);
  });
}
