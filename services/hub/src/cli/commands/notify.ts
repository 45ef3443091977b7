import { Fault } from '@hub/core/fault.ts';
import type { Command } from 'commander';
import { z } from 'zod';
import { channelShape, newChannelAnswer, testAnswer } from '../../api/notices.ts';
import { confirm, yesFlag, yesOption } from '../confirm.ts';
import { UsageError } from '../failure.ts';
import { nothing } from '../hub-client.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { readSecret } from '../secret-input.ts';
import { cell, table } from '../table.ts';
import { moment } from '../when-text.ts';

const addOptions = {
  webhook: z.url().optional(),
  ntfy: z.url().optional(),
  smtp: z.url({ protocol: /^smtps?$/ }).optional(),
  from: z.email().optional(),
  to: z.array(z.email()).optional(),
  secret: z.string().optional(),
  quiet: z.string().optional(),
  zone: z.string().optional(),
};

export function notifyCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'notify', 'who is told of problems at homes');

  addLeaf(group, home, {
    usage: 'list',
    summary: 'channels, and whether messages arrive',
    examples: ['hub notify list'],
    options: {},
    async run(cli) {
      const path = await cli.tenantPath('notice-channels');
      const answer = await cli.hub.ask('GET', path, z.object({ channels: z.array(channelShape) }));
      const rows = answer.channels.map((one) => [
        one.name,
        one.kind,
        cell(one.target),
        one.quiet && `${one.quiet} ${one.timeZone}`,
        one.waiting,
        one.lastSentAt && moment(one.lastSentAt),
        cell(one.lastError),
      ]);
      const heads = ['NAME', 'KIND', 'TO', 'QUIET', 'WAITING', 'LAST SENT', 'TROUBLE'];
      cli.show(answer, () =>
        rows.length === 0 ? 'Nobody is told yet: hub notify add' : table(cli.paint, heads, rows),
      );
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'add <name>',
    summary: 'tell of problems and recoveries by webhook, ntfy or mail',
    examples: [
      'hub notify add office --webhook https://example.com/hooks/homes',
      'hub notify add phone --ntfy https://ntfy.sh/TOPIC --quiet 22:00-07:00 --zone Europe/Berlin',
      'hub notify add mail --smtp smtp://hub@mail.example.com:587 --secret - --from hub@example.com --to anna@example.com',
    ],
    flags: [
      ['--webhook <url>', 'JSON, signed as in standardwebhooks.com'],
      ['--ntfy <url>', 'server and topic'],
      ['--smtp <url>', 'smtp://user@host:587 (STARTTLS) or smtps://user@host:465'],
      ['--from <address>', 'of the mail'],
      ['--to <address...>', 'of the mail'],
      ['--secret <secret>', 'mail password, ntfy token or webhook secret; - reads it unseen'],
      ['--quiet <hours>', 'such as 22:00-07:00: messages wait until the end'],
      ['--zone <zone>', 'time zone of the quiet hours (UTC)'],
    ],
    options: addOptions,
    async run(cli, options, [name]) {
      const body = { name, settings: await settingsOf(options, cli.io), quiet: options.quiet, timeZone: options.zone };
      const path = await cli.tenantPath('notice-channels');
      const added = await cli.hub.ask('POST', path, newChannelAnswer, { body });
      const secret = added.secret === undefined ? '' : `\nIts secret, shown only now: ${added.secret}`;
      cli.show(
        added,
        () => `${added.name} is told at ${cell(added.target)}.${secret}\nTry it: hub notify test ${added.name}`,
      );
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'test <name>',
    summary: 'send a test message now',
    examples: ['hub notify test office'],
    options: {},
    async run(cli, _options, [name = '']) {
      const path = await cli.tenantPath('notice-channels', name, 'test');
      const answer = await cli.hub.ask('POST', path, testAnswer, { body: {} });
      const { error, suggestions } = answer;
      if (error !== undefined) throw new Fault('CONNECTION_FAILED', error, { suggestion: suggestions ?? [] });
      cli.show(answer, () => 'Sent.');
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'remove <name>',
    summary: 'tell nobody there any more',
    examples: ['hub notify remove office', 'hub notify remove office --yes'],
    flags: [yesFlag],
    options: yesOption,
    async run(cli, { yes }, [name = '']) {
      await confirm(cli, yes, () => `Remove the channel ${cell(name)} with its secret and what waits for it?`);
      await cli.hub.ask('DELETE', await cli.tenantPath('notice-channels', name), nothing);
      cli.show({ removed: name }, () => `Removed ${cell(name)}.`);
      return undefined;
    },
  });
}

type AddOptions = z.output<z.ZodObject<typeof addOptions>>;

async function settingsOf(options: AddOptions, io: Parameters<typeof readSecret>[0]): Promise<object> {
  const { webhook, ntfy, smtp, from, to } = options;
  if ([webhook, ntfy, smtp].filter((one) => one !== undefined).length !== 1) {
    throw new UsageError('one of --webhook, --ntfy and --smtp is needed');
  }
  const kind = { name: 'secret', variable: 'HUB_NOTIFY_SECRET', prompt: 'Secret' };
  const secret = options.secret === undefined ? undefined : await readSecret(io, options.secret, kind);
  if (webhook !== undefined) return { kind: 'webhook', url: webhook, secret };
  if (ntfy !== undefined) return { kind: 'ntfy', url: ntfy, token: secret };
  const { hostname, port, protocol, username } = new URL(smtp ?? '');
  const isTls = protocol === 'smtps:';
  return {
    ...{
      kind: 'smtp',
      host: hostname,
      port: Number(port) || (isTls ? 465 : 587),
      security: isTls ? 'tls' : 'starttls',
    },
    ...{ user: username === '' ? undefined : decodeURIComponent(username), password: secret, from, to },
  };
}
