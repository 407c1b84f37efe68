#!/usr/bin/env node
// The source where there is one, as in a clone, since Node runs it as it is; else the built program.
import { existsSync } from 'node:fs';
import { runOnSupportedNode } from './supported-node.js';

const source = new URL('../src/cli/main.ts', import.meta.url);
const built = new URL('../dist/src/cli/main.js', import.meta.url);

await runOnSupportedNode(existsSync(source) ? source : built, import.meta.url);
