import { parseArgs } from 'node:util';

/** `npm run bench [-- NAME… [--only ROW]]`: measures, prints figures side by side, one JSON object per bench on the last lines. */
interface Bench {
  /**
   * Prints a readable table and returns the figures.
   * @param only the row to measure, where the bench can measure one alone.
   */
  run(only?: string): Promise<object>;
}

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  startup: async () => await import('./startup.ts'),
  overhead: async () => await import('./overhead.ts'),
  translate: async () => await import('./translate.ts'),
  sandbox: async () => await import('./sandbox.ts'),
  capture: async () => await import('./capture.ts'),
  hostile: async () => await import('./hostile/hostile.ts'),
  'hostile-growth': async () => ({ run: (await import('./hostile/hostile.ts')).runGrowth }),
  'hostile-growth-full': async () => ({ run: (await import('./hostile/hostile.ts')).runFullGrowth }),
  'hostile-fields': async () => ({ run: (await import('./hostile/hostile.ts')).runFields }),
  'hostile-answers': async () => ({ run: (await import('./hostile/hostile.ts')).runAnswers }),
  'hostile-requests': async () => ({ run: (await import('./hostile/hostile.ts')).runRequests }),
  memory: async () => await import('./memory.ts'),
  journal: async () => await import('./journal.ts'),
  resend: async () => await import('./resend.ts'),
  engine: async () => await import('./engine.ts'),
  tasks: async () => ({ run: (await import('./tasks-during-create.ts')).measureTasks }),
  replicas: async () => await import('./replicas.ts'),
  'replicas-short': async () => ({ run: (await import('./replicas.ts')).runShort }),
  health: async () => await import('./health.ts'),
  index: async () => await import('./index/index-bench.ts'),
  'index-matching': async () => ({ run: (await import('./index/index-matching.ts')).runFull }),
  'index-build': async () => ({ run: (await import('./index/index-build.ts')).runFull }),
  'index-short': async () => ({ run: (await import('./index/index-bench.ts')).runShort }),
  console: async () => await import('./console/console.ts'),
  'console-short': async () => ({ run: (await import('./console/console.ts')).runShort }),
  concurrent: async () => await import('./concurrent.ts'),
  'concurrent-short': async () => ({ run: (await import('./concurrent.ts')).runShort }),
};
/** Benches that run only when they are named. */
const onlyIfAsked = [
  'console-short',
  'tasks',
  'index-matching',
  'index-build',
  'index-short',
  'replicas-short',
  'concurrent-short',
  'hostile-growth',
  'hostile-growth-full',
  'hostile-requests',
  'hostile-answers',
];

const { positionals: asked, values } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no benchmark named ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`,
  );
  process.exit(2);
}

const figures: Record<string, object> = {};
for (const [name, load] of Object.entries(benches)) {
  if (asked.length > 0 ? !asked.includes(name) : onlyIfAsked.includes(name)) continue;
  process.stdout.write(`\n== ${name}\n`);
  figures[name] = await (await load()).run(values.only);
}
process.stdout.write(`\n${JSON.stringify(figures)}\n`);
