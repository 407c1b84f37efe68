import { Command } from 'commander';
import type { Transform } from '../../mapping/transforms/transform.ts';
import { transforms } from '../../mapping/transforms/transforms.ts';
import type { CommandIo } from '../command-io.ts';
import { textTable } from '../report/text-table.ts';

/** `enginy-bridge transforms`: what a row can do to a value. */
export function transformsCommand(io: CommandIo): Command {
  return new Command('transforms')
    .description('list the transforms for mapping files')
    .option('--json', 'print them as JSON')
    .action(({ json }: { readonly json?: true }) => {
      const rows = Object.entries<Transform>(transforms).map(([name, { argument, summary }]) => ({
        name,
        ...(argument === undefined ? {} : { argument: argument.summary }),
        summary,
      }));
      const lines = rows.map(({ name, argument, summary }) => [
        argument === undefined ? name : `{ ${name}: ${argument} }`,
        summary,
      ]);
      io.print(json ? `${JSON.stringify(rows, null, 2)}\n` : `${textTable(lines)}\n`);
    });
}
