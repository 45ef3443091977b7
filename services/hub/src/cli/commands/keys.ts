import { newKeyRing } from '@hub/db/key-ring.ts';
import type { Command } from 'commander';
import { addGroup, addLeaf, type Home } from '../leaf.ts';

export function keyCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'keys', 'what seals the stored secrets');

  addLeaf(group, home, {
    usage: 'new',
    summary: 'print a fresh HUB_KEYS for a hub with an outside database; needs no server',
    examples: ['hub keys new', 'HUB_KEYS="$(hub keys new)" DATABASE_URL=postgres://… npm start'],
    options: {},
    isOfTenant: false,
    async run(cli) {
      const keys = newKeyRing();
      cli.show({ keys }, () => keys);
      cli.note('Set it as HUB_KEYS and keep it safe: without it nothing that is sealed can be opened again.');
      return undefined;
    },
  });
}
