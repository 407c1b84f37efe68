import { readFileSync } from 'node:fs';

// Runs after `npm test`: names the suites that have their own commands.
const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>;
};
const others = Object.keys(scripts).filter((name) => name.startsWith('test:'));
process.stdout.write(
  `Not run by npm test: ${others.map((name) => `npm run ${name}`).join(', ')} (see CONTRIBUTING.md)\n`,
);
