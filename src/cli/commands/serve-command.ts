import { Command } from 'commander';

/** `enginy-bridge serve`: what `npm start` does. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the bridge (all settings come from the environment or .env, see .env.example)')
    .action(async () => {
      // Loaded on demand, so that no other command loads it.
      const { runBridge } = await import('../../run.ts');
      await runBridge();
    });
}
