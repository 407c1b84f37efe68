import { Command } from 'commander';
import { propertiesCommand } from './properties-command.ts';
import { serveCommand } from './serve-command.ts';

const program = new Command('enginy-bridge')
  .description('Lets Enginy use HubSpot as its custom CRM: runs the bridge, and helps with what steers it.')
  .showHelpAfterError('(enginy-bridge --help shows the commands)')
  .addCommand(serveCommand())
  .addCommand(propertiesCommand());

await program.parseAsync();
