#!/usr/bin/env node
// @ts-check
// node scripts/run.mjs <script> [arguments]
//
// Installs what is missing, finds Node 24 and runs a TypeScript script of this repository on it. Plain JavaScript, because
// it is what a machine with Node 20 and nothing installed runs first. `npm start`, `npm test` and the others go through it.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './launch/launch.mjs';

const [script, ...args] = process.argv.slice(2);
if (!script) {
  console.error('usage: node scripts/run.mjs <script> [arguments]');
  process.exit(2);
}
const root = dirname(dirname(fileURLToPath(import.meta.url)));
// what a service needs to run is installed without the tools of tests and checks
await launch({ root, script, args, withDev: !script.startsWith('services/') });
