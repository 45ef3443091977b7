import type { Command } from 'commander';
import { z } from 'zod';
import { tenantShape } from '../../api/tenant-shape.ts';
import type { Cli } from '../cli.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { cell, facts, table } from '../table.ts';

type Tenant = z.output<typeof tenantShape>;

export function tenantCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'tenants', 'whose homes these are');

  addLeaf(group, home, {
    usage: 'list',
    summary: 'all tenants',
    examples: ['hub tenants list', 'hub tenants list --json'],
    options: {},
    isOfTenant: false,
    async run(cli) {
      const answer = await cli.hub.ask('GET', '/tenants', z.object({ tenants: z.array(tenantShape) }));
      const rows = answer.tenants.map(({ slug, name, state }) => [slug, cell(name), state]);
      cli.show(answer, () =>
        rows.length === 0
          ? 'No tenants yet: hub tenants create NAME'
          : table(cli.paint, ['TENANT', 'NAME', 'STATE'], rows),
      );
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'create <name>',
    summary: 'a tenant with its owner',
    examples: ['hub tenants create "Harbour Rentals" --owner Anna', 'hub tenants create Parents --slug parents'],
    flags: [
      ['--slug <slug>', 'short name; made of the name'],
      ['--owner <name>', 'its first member (Owner)'],
    ],
    options: { slug: z.string().optional(), owner: z.string().optional() },
    isOfTenant: false,
    async run(cli, options, [name]) {
      showTenant(cli, await cli.hub.ask('POST', '/tenants', tenantShape, { body: { ...options, name } }));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'set <tenant>',
    summary: 'rename, suspend or reactivate a tenant',
    examples: ['hub tenants set parents --state suspended', 'hub tenants set parents --name "Mum and Dad"'],
    flags: [
      ['--name <name>', 'what people call it'],
      ['--state <state>', 'active | suspended: its connectors are refused'],
    ],
    options: { name: z.string().optional(), state: z.enum(['active', 'suspended']).optional() },
    isOfTenant: false,
    async run(cli, options, [tenant = '']) {
      const path = `/tenants/${encodeURIComponent(tenant)}`;
      showTenant(cli, await cli.hub.ask('PATCH', path, tenantShape, { body: options }));
      return undefined;
    },
  });
}

function showTenant(cli: Cli, tenant: Tenant): void {
  cli.show(tenant, () =>
    facts(cli.paint, [
      ['Tenant', tenant.slug],
      ['Name', cell(tenant.name)],
      ['State', tenant.state],
      ['Id', tenant.id],
    ]),
  );
}
