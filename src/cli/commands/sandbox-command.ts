import { Command } from 'commander';
import { readSchemaFile } from '../../portal-schema/read-schema-file.ts';
import type { CommandIo } from '../command-io.ts';

/** `enginy-bridge sandbox`: what `npm run sandbox` does. Options are read by the sandbox itself, which stands alone. */
export function sandboxCommand(io: CommandIo): Command {
  return new Command('sandbox')
    .description('run the embedded CRM alone: a server that behaves like HubSpot (sandbox --help shows its options)')
    .argument('[options...]')
    .usage('[options]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => {
      // Loaded on demand, so that no other command loads it.
      const { runSandbox } = await import('../../../sandbox/run-sandbox.ts');
      const { print, complain } = io;
      io.setStatus((await runSandbox(args, { print, complain, readSchema: readSchemaFile })) ? 0 : 2);
    });
}
