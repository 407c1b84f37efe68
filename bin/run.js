// `node bin/run.js FILE …`: what the npm scripts start, so that an unsuitable Node is answered with one sentence.
import { pathToFileURL } from 'node:url';
import { runOnSupportedNode } from './supported-node.js';

await runOnSupportedNode(pathToFileURL(process.argv[2] ?? ''), import.meta.url, { isArgument: true });
