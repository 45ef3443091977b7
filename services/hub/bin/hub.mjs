#!/usr/bin/env node
// @ts-check
// `npx hub …`: finds Node 24 and runs the command line on it. Plain JavaScript, because npx starts it with the machine's Node.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from '../../../scripts/launch/launch.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const args = process.argv.slice(2);
const source = 'services/hub/src/cli/main.ts';
// an image may carry the build alone; a clone has both, and there the build may be old
await (existsSync(join(root, source))
  ? launch({ root, script: source, args, withDev: false })
  : launch({
      root,
      script: 'services/hub/dist/cli/main.js',
      args,
      withDev: false,
      nodeOptions: ['--conditions=hub-dist'],
    }));
