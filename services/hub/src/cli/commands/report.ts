import type { Command } from 'commander';
import { z } from 'zod';
import { addLeaf, type Home } from '../leaf.ts';

export function reportCommand(program: Command, home: Home): void {
  addLeaf(program, home, {
    usage: 'report',
    summary: 'a month of each home as CSV: availability, calls, updates, backups, problems',
    examples: ['hub report > homes.csv', 'hub report --month 2026-10 --tenant harbour-rentals > october.csv'],
    flags: [['--month <month>', 'such as 2026-10; this month unless told']],
    options: { month: z.string().optional() },
    async run(cli, { month }) {
      const query = month === undefined ? '' : `?month=${encodeURIComponent(month)}`;
      for await (const bytes of cli.hub.bytes('GET', `${await cli.tenantPath('report')}${query}`)) {
        cli.io.stdout.write(bytes);
      }
      return undefined;
    },
  });
}
