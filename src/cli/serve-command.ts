import { Command } from 'commander';
import { runBridge } from '../run.ts';

/** `enginy-bridge serve`: what `npm start` does. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the bridge (all settings come from the environment or .env, see .env.example)')
    .action(runBridge);
}
