// Runs a program on a Node that can: this one, or the one that npm has installed beside the project. Plain JavaScript, because an
// older Node reads it.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isSupported = major > 22 || (major === 22 && minor >= 20);

/**
 * @param program URL of the module that is the program.
 * @param entry URL of the module that was started: the other Node starts it again.
 * @param options.isArgument the program is the first argument of the entry, which the program does not see.
 */
export async function runOnSupportedNode(program, entry, { isArgument = false } = {}) {
  if (isSupported) {
    if (isArgument) process.argv.splice(1, 1);
    await import(program.href);
    return;
  }
  const pinned = pinnedNode();
  if (pinned === undefined) {
    process.stderr.write(
      `enginy-bridge needs Node 22.20 or newer, and this is ${process.versions.node}: run "npm ci --include=optional" in a clone, which brings one, or install a newer Node from https://nodejs.org.\n`,
    );
    process.exitCode = 2;
  } else handOver(pinned, [fileURLToPath(entry), ...process.argv.slice(2)]);
}

/** The optional dependency for this machine. npm checks its integrity, and it needs no install script. */
function pinnedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const names = [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`];
  const { resolve } = module.createRequire(import.meta.url);
  const packages = names.flatMap((name) => {
    try {
      return [new URL(platform === 'win' ? 'bin/node.exe' : 'bin/node', `file://${resolve(`${name}/package.json`)}`)];
    } catch {
      // Not installed: npm was asked to omit it, or there is none for this machine.
      return [];
    }
  });
  const candidates = [...packages, new URL('../node_modules/.bin/node', import.meta.url)].map((url) =>
    fileURLToPath(url),
  );
  return candidates.find((path) => existsSync(path) && realpathSync(path) !== realpathSync(process.execPath));
}

function handOver(node, args) {
  const child = spawn(node, [...process.execArgv, ...args], { stdio: 'inherit' });
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
