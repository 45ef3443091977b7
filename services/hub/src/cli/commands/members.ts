import { ROLES } from '@hub/core/policy.ts';
import type { Command } from 'commander';
import { z } from 'zod';
import { memberShape } from '../../api/member-shape.ts';
import { confirm, yesFlag, yesOption } from '../confirm.ts';
import { nothing } from '../hub-client.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { cell, table } from '../table.ts';

export function memberCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'members', 'people in a tenant');

  addLeaf(group, home, {
    usage: 'list',
    summary: 'members and their roles',
    examples: ['hub members list', 'hub members list --tenant harbour-rentals'],
    options: {},
    async run(cli) {
      const path = await cli.tenantPath('members');
      const answer = await cli.hub.ask('GET', path, z.object({ members: z.array(memberShape) }));
      const rows = answer.members.map(({ personName, role, id }) => [cell(personName), role, id]);
      cli.show(answer, () => table(cli.paint, ['NAME', 'ROLE', 'ID'], rows));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'add [name]',
    summary: 'a new person, or with --person the role of one',
    examples: ['hub members add Anna --role manager', 'hub members add --person ID --role guest'],
    flags: [
      ['--email <address>', 'for signing in'],
      ['--person <id>', 'a person the hub knows, in place of a name'],
      ['--role <role>', `${ROLES.join(' | ')} (resident)`],
    ],
    options: { email: z.string().optional(), person: z.string().optional(), role: z.enum(ROLES).default('resident') },
    async run(cli, { person, ...options }, [name]) {
      const body = { ...options, name, personId: person };
      const member = await cli.hub.ask('POST', await cli.tenantPath('members'), memberShape, { body });
      cli.show(member, () => `${cell(member.personName)} is now ${member.role}. Id: ${member.id}`);
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'remove <member>',
    summary: 'end a membership with all its connectors, by name or id; their URLs end at once',
    examples: ['hub members remove Anna', 'hub members remove Anna --yes'],
    flags: [yesFlag],
    options: yesOption,
    async run(cli, { yes }, [member = '']) {
      await confirm(cli, yes, () => `End the membership of ${cell(member)} with all its connectors and their URLs?`);
      await cli.hub.ask('DELETE', await cli.tenantPath('members', member), nothing);
      cli.show({ removed: member }, () => `Removed ${cell(member)}.`);
      return undefined;
    },
  });
}
