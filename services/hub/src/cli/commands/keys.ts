import { counted } from '@hub/core/counted.ts';
import { newKeyRing, withNewKey } from '@hub/db/key-ring.ts';
import type { Command } from 'commander';
import { keyStatusShape, retiredShape, rotatedShape } from '../../api/keys.ts';
import { confirm, yesFlag, yesOption } from '../confirm.ts';
import { UsageError } from '../failure.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { cell, table } from '../table.ts';

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

  addLeaf(group, home, {
    usage: 'status',
    summary: 'which key is used, for how much, and which replicas have it',
    examples: ['hub keys status'],
    options: {},
    isOfTenant: false,
    async run(cli) {
      const status = await cli.hub.ask('GET', '/keys', keyStatusShape);
      const { usedId, keys, replicas } = status;
      const rows = keys.map(({ id, isInRing, wraps }) => [
        id,
        id === usedId ? 'used' : isInRing ? 'accepted' : 'missing',
        wraps,
        replicas.filter(({ keyIds }) => keyIds?.includes(id)).length,
      ]);
      const heads = ['KEY', 'STATE', 'WRAPS', `REPLICAS OF ${replicas.length}`];
      cli.show(status, () => table(cli.paint, heads, rows));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'rotate',
    summary: 'use the newest key, and wrap every tenant’s keys with it while calls go on',
    examples: ['hub keys rotate'],
    options: {},
    isOfTenant: false,
    async run(cli) {
      const rotated = await cli.hub.ask('POST', '/keys/rotate', rotatedShape, { body: {} });
      cli.show(
        rotated,
        () =>
          `Key ${rotated.usedId} is used now; the keys of ${counted(rotated.rewrapped, 'tenant')} were wrapped anew.`,
      );
      cli.note('Older keys still open what they sealed. Back up the new ring, then: hub keys retire NUMBER');
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'retire <number>',
    summary: 'take a key out of the ring, unless it is in use',
    examples: ['hub keys retire 1', 'hub keys retire 1 --yes'],
    flags: [yesFlag],
    options: yesOption,
    isOfTenant: false,
    async run(cli, { yes }, [number = '']) {
      await confirm(cli, yes, () => `Take key ${cell(number)} out of the ring? Older backups may need it still.`);
      const path = `/keys/${encodeURIComponent(number)}/retire`;
      const retired = await cli.hub.ask('POST', path, retiredShape, { body: {} });
      cli.show(retired, () =>
        retired.isRemoved
          ? `Key ${retired.id} is gone from the ring.`
          : `Nothing uses key ${retired.id}: take it out of HUB_KEYS of every hub and worker.`,
      );
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'next',
    summary: 'print HUB_KEYS with one more key; needs no server, reads HUB_KEYS',
    examples: ['HUB_KEYS="$(hub keys next)"'],
    options: {},
    isOfTenant: false,
    async run(cli) {
      const { HUB_KEYS: text } = cli.io.env;
      if (!text) {
        throw new UsageError(
          'HUB_KEYS is not set here. With the embedded database it is not needed: hub keys rotate makes a key by itself',
        );
      }
      const keys = withNewKey(text);
      cli.show({ keys }, () => keys);
      cli.note('Give it to every hub and worker, start them anew one by one, then: hub keys rotate');
      return undefined;
    },
  });
}
