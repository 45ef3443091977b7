import { DEFAULT_PINS } from '@hub/gate/tool-pins.ts';
import type { Command } from 'commander';
import { z } from 'zod';
import { connectorShape, connectorWithSummaryShape, newUrlShape } from '../../api/connector-shape.ts';
import { clientLines } from '../../welcome/client-lines.ts';
import type { Cli } from '../cli.ts';
import { confirm, yesFlag, yesOption } from '../confirm.ts';
import { limitFlags, limitOptions, limitsBody } from '../connector-flags.ts';
import { UsageError } from '../failure.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { settingFlags, settingOptions, settingsBody, settingUndoFlags, settingUndoOptions } from '../setting-flags.ts';
import { settingsText } from '../settings-view.ts';
import { cell, table } from '../table.ts';
import { ago, durationMs, moment } from '../when-text.ts';

type Connector = z.output<typeof connectorShape>;
type WithSummary = z.output<typeof connectorWithSummaryShape>;

export function connectorCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'connectors', 'ways in for AI assistants: a secret URL with its limits');
  createCommand(group, home);
  listCommand(group, home);
  showCommand(group, home);
  setCommand(group, home);
  rotateCommand(group, home);
  revokeCommand(group, home);
}

function createCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'create <name>',
    summary: 'a new URL, shown this once, with what it can do; it stops at control unless told',
    examples: [
      'hub connectors create anna --home cabin',
      'hub connectors create builder --ceiling configure --all',
      'hub connectors create guests --tag rent --read-only --expires 30d',
    ],
    flags: [['--member <member>', 'whose way in it is: name or id (the first owner)'], ...limitFlags, ...settingFlags],
    options: { ...limitOptions, ...settingOptions, member: z.string().optional() },
    async run(cli, { member, ...given }, [name]) {
      const settings = settingsBody(given, { pinnedTools: DEFAULT_PINS });
      const body = { ...(await limitsBody(given)), ...settings, name, member };
      const answer = await cli.hub.ask('POST', await cli.tenantPath('connectors'), newUrlShape, { body });
      warn(cli, answer.connector);
      cli.show(answer, () => urlText(answer.url, answer.connector));
      return undefined;
    },
  });
}

function listCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'list',
    summary: 'connectors and what they reach',
    examples: ['hub connectors list', 'hub connectors list --revoked --json'],
    flags: [['--revoked', 'also those that were revoked']],
    options: { revoked: z.boolean().default(false) },
    async run(cli, { revoked }) {
      const path = await cli.tenantPath('connectors');
      const shape = z.object({ connectors: z.array(connectorShape) });
      const answer = await cli.hub.ask('GET', path, shape, { query: { includeRevoked: revoked } });
      const heads = ['CONNECTOR', 'STATE', 'CEILING', 'HOMES', 'MEMBER', 'USED', 'ENDS'];
      const rows = answer.connectors.map((one) => [
        cell(one.name),
        cli.paint(one.state === 'valid' ? 'green' : 'red', one.state),
        one.readOnly ? 'read-only' : one.ceiling,
        cell(homesText(one)),
        cell(one.member.name),
        ago(one.lastUsedAt) ?? 'never',
        moment(one.expiresAt),
      ]);
      cli.show(answer, () => (rows.length === 0 ? 'No connectors yet.' : table(cli.paint, heads, rows)));
      return undefined;
    },
  });
}

function showCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'show <name>',
    summary: 'a connector and what its URL can do, in words',
    examples: ['hub connectors show anna'],
    options: {},
    async run(cli, _options, [ref]) {
      showSummary(cli, await cli.hub.ask('GET', await cli.tenantPath('connectors', ref), connectorWithSummaryShape));
      return undefined;
    },
  });
}

function setCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'set <name>',
    summary: 'change what a connector may do; its URL stays',
    examples: [
      'hub connectors set default --ceiling control',
      'hub connectors set guests --expires never --read-only off',
      'hub connectors set anna --all --disable ha_call_event',
      'hub connectors set kitchen --tool-search on --pin ha_get_history --backup-hint weak',
      'hub connectors set kids --visibility rules.json --strict default',
    ],
    flags: [['--name <name>', 'a new name'], ...limitFlags, ...settingFlags, ...settingUndoFlags],
    options: { ...limitOptions, ...settingOptions, ...settingUndoOptions, name: z.string().optional() },
    async run(cli, { name, ...given }, [ref]) {
      const path = await cli.tenantPath('connectors', ref);
      const present = await cli.hub.ask('GET', path, connectorWithSummaryShape);
      const body = { ...(await limitsBody(given)), ...settingsBody(given, present), name };
      const answer = await cli.hub.ask('PATCH', path, connectorWithSummaryShape, { body });
      warn(cli, answer);
      showSummary(cli, answer);
      return undefined;
    },
  });
}

function rotateCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'rotate <name>',
    summary: 'a new URL, shown this once; the old one ends now or with --keep-old later',
    examples: ['hub connectors rotate anna', 'hub connectors rotate anna --keep-old 24h'],
    flags: [['--keep-old <time>', 'how long the old URL still works: up to 24h']],
    options: { keepOld: z.string().default('0h') },
    async run(cli, { keepOld }, [ref]) {
      const keepOldHours = durationMs(keepOld, '--keep-old') / 3_600_000;
      if (keepOldHours > 24) throw new UsageError('--keep-old goes up to 24h');
      const path = await cli.tenantPath('connectors', ref, 'rotate');
      const answer = await cli.hub.ask('POST', path, newUrlShape, { body: { keepOldHours } });
      const old = keepOldHours > 0 ? `works until ${moment(answer.oldValidUntil)}` : 'has ended';
      cli.show(answer, () => `${urlText(answer.url, answer.connector)}\nThe old URL ${old}.`);
      return undefined;
    },
  });
}

function revokeCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'revoke <name>',
    summary: 'end a connector for good; what is open on it closes at once',
    examples: ['hub connectors revoke anna', 'hub connectors revoke anna --yes'],
    flags: [yesFlag],
    options: yesOption,
    async run(cli, { yes }, [ref]) {
      const path = await cli.tenantPath('connectors', ref);
      await confirm(cli, yes, async () => {
        const one = await cli.hub.ask('GET', path, connectorWithSummaryShape);
        return `End ${cell(one.name)} of ${cell(one.member.name)} (homes: ${cell(homesText(one))}) and its URL for good?`;
      });
      const answer = await cli.hub.ask('POST', `${path}/revoke`, connectorWithSummaryShape);
      cli.show(answer, () => `${cell(answer.name)} is revoked.`);
      return undefined;
    },
  });
}

function homesText({ homes }: Connector): string {
  if (homes.kind === 'all') return 'all';
  return homes.kind === 'tags' ? `tagged ${homes.tags.join(', ')}` : homes.homes.join(', ');
}

function urlText(url: string, connector: WithSummary): string {
  return [
    `MCP Server URL: ${url}`,
    '',
    ...connector.summary.map((line) => cell(line) ?? ''),
    'Whoever has this URL can do that: treat it like a password. It is not shown again.',
    '',
    ...clientLines(url),
  ].join('\n');
}

function warn(cli: Cli, { warnings = [] }: WithSummary): void {
  for (const warning of warnings) cli.note(`Warning: ${cell(warning)}`);
}

function showSummary(cli: Cli, connector: WithSummary): void {
  const urls = connector.urls.filter(({ isValid }) => isValid);
  const made = urls.map(({ createdAt, expiresAt }) => {
    const end = expiresAt === undefined ? '' : `, ends ${moment(expiresAt)}`;
    return `URL of ${moment(createdAt)}${end}`;
  });
  cli.show(connector, () =>
    [
      cli.paint('bold', `${cell(connector.name)} (${connector.state})`),
      ...connector.summary.map((line) => cell(line) ?? ''),
      ...settingsText(connector, connector.inherited),
      ...made,
      `Last used: ${ago(connector.lastUsedAt) ?? 'never'}`,
    ].join('\n'),
  );
}
