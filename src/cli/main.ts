import { Command } from 'commander';
import { capturesCommand } from './captures-command.ts';
import { propertiesCommand } from './properties-command.ts';
import { replayCommand } from './replay-command.ts';
import { serveCommand } from './serve-command.ts';

const program = new Command('enginy-bridge')
  .description('Lets Enginy use HubSpot as its custom CRM: runs the bridge, and helps with what steers it.')
  .showHelpAfterError('(enginy-bridge --help shows the commands)')
  .addCommand(serveCommand())
  .addCommand(propertiesCommand())
  .addCommand(capturesCommand())
  .addCommand(replayCommand());

await program.parseAsync();
