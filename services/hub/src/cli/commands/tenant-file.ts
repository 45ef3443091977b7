import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { importedShape } from '../../api/tenant-file.ts';
import { tenantFileShape } from '../../tenant-file.ts';
import { UsageError } from '../failure.ts';
import { addLeaf, type Home } from '../leaf.ts';
import { readSecret } from '../secret-input.ts';
import { table } from '../table.ts';

const passphraseFlag = ['--passphrase <->', '- reads it from a pipe or asks for it (or HUB_PASSPHRASE)'] as const;

const PASSPHRASE = { name: 'passphrase', variable: 'HUB_PASSPHRASE', prompt: 'Passphrase (12 characters or more)' };

export function tenantFileCommands(program: Command, home: Home): void {
  addLeaf(program, home, {
    usage: 'export <file>',
    summary: 'a tenant as a file: people, homes, connectors; secrets only under a passphrase',
    examples: ['hub export fjord.json', 'hub export fjord.json --tenant fjord --passphrase -'],
    flags: [passphraseFlag],
    options: { passphrase: z.string().optional() },
    async run(cli, { passphrase: option }, [file = '']) {
      const passphrase = await passphraseOf(cli.io, option);
      const answer = await cli.hub.ask('POST', await cli.tenantPath('export'), tenantFileShape, {
        body: { passphrase },
      });
      await writeFile(file, `${JSON.stringify(answer, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 }).catch(
        refuse(file),
      );
      const { home: homes, connector } = answer.tenant;
      cli.show(
        { file, homes: homes.length, connectors: connector.length },
        () => `Wrote ${file}: homes ${homes.length}, connectors ${connector.length}.`,
      );
      cli.note(
        answer.secrets
          ? 'Its secrets are sealed: keep the passphrase apart from the file.'
          : 'Tokens and connector URLs are not in it: --passphrase - takes them along, sealed.',
      );
      return undefined;
    },
  });

  addLeaf(program, home, {
    usage: 'import <file>',
    summary: 'make a tenant of such a file, all or nothing; what is there already stays',
    examples: [
      'hub import fjord.json --dry-run',
      'hub import fjord.json --passphrase -',
      'hub import fjord.json --without-secrets --slug fjord-2',
    ],
    flags: [
      passphraseFlag,
      ['--without-secrets', 'homes come without token, connectors without URL'],
      ['--slug <slug>', 'in place of its own'],
      ['--dry-run', 'say what would happen and store nothing'],
    ],
    options: {
      passphrase: z.string().optional(),
      withoutSecrets: z.boolean().default(false),
      slug: z.string().optional(),
      dryRun: z.boolean().default(false),
    },
    isOfTenant: false,
    async run(cli, { passphrase: option, ...options }, [name = '']) {
      const file = parseFile(name, await readFile(name, 'utf8').catch(refuse(name)));
      const passphrase = options.withoutSecrets ? undefined : await passphraseOf(cli.io, option);
      const body = { ...options, file, passphrase };
      const answer = await cli.hub.ask('POST', '/tenants/import', importedShape, { body });
      const rows = Object.entries(answer.tables).map(([what, { created, present }]) => [
        what.replace('_', ' '),
        String(created),
        String(present),
      ]);
      const missing = answer.withSecrets
        ? ''
        : '\nWithout secrets: give each home a token (hub homes set HOME --token -) and each connector a URL (hub connectors rotate NAME).';
      cli.show(
        answer,
        () =>
          `${table(cli.paint, ['WHAT', 'NEW', 'THERE ALREADY'], rows)}\n\n` +
          `${answer.dryRun ? 'Nothing was stored; it would be' : 'It is'} the tenant ${answer.tenant}.${missing}`,
      );
      return undefined;
    },
  });
}

function passphraseOf(io: Home['io'], option: string | undefined): Promise<string> | undefined {
  if (option === undefined && !io.env[PASSPHRASE.variable]) return undefined;
  return readSecret(io, option, PASSPHRASE);
}

function parseFile(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${name} is not JSON`);
  }
}

function refuse(name: string): (cause: unknown) => never {
  return (cause) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'error';
    throw new UsageError(code === 'EEXIST' ? `${name} is there already` : `${name} cannot be used (${code})`);
  };
}
