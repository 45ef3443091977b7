import type { Command } from 'commander';
import { z } from 'zod';
import { windowsShape } from '../../api/windows.ts';
import type { Cli } from '../cli.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { cell, table } from '../table.ts';
import { moment } from '../when-text.ts';

type Windows = z.output<typeof windowsShape>;

const homeFlag = ['--home <home>', 'of this home alone; without it, of all that have none of their own'] as const;
const homeOption = { home: z.string().optional() };

export function windowCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'windows', 'when changes at homes may begin, by the clock of each');

  addLeaf(group, home, {
    usage: 'list',
    summary: 'which homes may be changed now, and when the others',
    examples: ['hub windows list'],
    options: {},
    async run(cli) {
      await show(cli);
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'set <window...>',
    summary: 'in place of those before; without --home for all homes that have none of their own',
    examples: [
      'hub windows set "weekdays 02:00-05:00"',
      'hub windows set "mon-thu 22:00-06:00" "sun 00:00-24:00" --home cabin',
    ],
    flags: [homeFlag],
    options: homeOption,
    async run(cli, { home: ref }, windows) {
      await patch(cli, ref, windows);
      await show(cli);
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'clear',
    summary: 'changes may begin at any time; with --home, as the tenant says',
    examples: ['hub windows clear', 'hub windows clear --home cabin'],
    flags: [homeFlag],
    options: homeOption,
    async run(cli, { home: ref }) {
      await patch(cli, ref, ref === undefined ? [] : null);
      await show(cli);
      return undefined;
    },
  });
}

async function patch(cli: Cli, home: string | undefined, windows: readonly string[] | null): Promise<void> {
  const path = await cli.tenantPath(...(home === undefined ? [] : ['homes', home]));
  await cli.hub.ask('PATCH', path, z.unknown(), { body: { maintenanceWindows: windows } });
}

async function show(cli: Cli): Promise<void> {
  const answer = await cli.hub.ask('GET', await cli.tenantPath('windows'), windowsShape);
  cli.show(answer, () => windowsText(cli, answer));
}

function windowsText(cli: Cli, { tenant, homes }: Windows): string {
  const rows = homes.map((one) => [
    cell(one.home),
    one.windows.join('; ') || 'always',
    one.isOwn ? 'its own' : 'the tenant’s',
    one.timeZone,
    one.opensAt !== undefined ? `opens ${moment(one.opensAt)}` : until(one.closesAt),
  ]);
  const heads = ['HOME', 'WINDOWS', 'FROM', 'ZONE', 'NOW'];
  return `All homes: ${tenant.join('; ') || 'always'}\n${table(cli.paint, heads, rows)}`;
}

function until(closesAt: string | undefined): string {
  return closesAt === undefined ? 'open' : `open until ${moment(closesAt)}`;
}
