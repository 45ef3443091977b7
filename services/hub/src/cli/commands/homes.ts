import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { counted } from '@hub/core/counted.ts';
import { DEFAULT_PINS } from '@hub/gate/tool-pins.ts';
import type { Command } from 'commander';
import { z } from 'zod';
import { checkShape, homeShape, removedShape } from '../../api/home-shape.ts';
import { importResultShape } from '../../api/import-shape.ts';
import type { Cli } from '../cli.ts';
import { confirm, yesFlag, yesOption } from '../confirm.ts';
import { UsageError } from '../failure.ts';
import { homeBody, homeFlags, homeOptions } from '../home-flags.ts';
import { checkText, homeFacts, homeTable } from '../home-view.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { readToken } from '../secret-input.ts';
import { homeSettingFlags, settingOptions, settingsBody, settingUndoOptions } from '../setting-flags.ts';
import { cell, table } from '../table.ts';
import { applyCommand } from './homes-apply.ts';

const storedShape = z.object({ home: homeShape, result: z.enum(['created', 'updated']), check: checkShape.optional() });

/** A thousand homes that are tried one after the other. */
const IMPORT_MS = 30 * 60_000;

const tokenFlag = ['--token <->', '- reads it from a pipe or asks for it (or HOME_ASSISTANT_TOKEN)'] as const;

export function homeCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'homes', 'each one Home Assistant');
  addCommand(group, home);
  listCommand(group, home);
  showCommand(group, home);
  setCommand(group, home);
  checkCommand(group, home);
  removeCommand(group, home);
  importCommand(group, home);
  applyCommand(group, home);
}

function addCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'add <url>',
    summary: 'a home, after trying its link; the same home again is updated',
    examples: [
      'hub homes add http://homeassistant.local:8123 --token -',
      'hub homes add https://cabin.example --name Cabin --tag rent --token - < token.txt',
      'hub homes add https://home.example --token - --client-cert me.pem --client-key me.key',
      'hub homes add https://home.example --token - --header "CF-Access-Client-Id: …"',
    ],
    flags: [tokenFlag, ...homeFlags],
    options: { ...homeOptions, token: z.string().optional() },
    async run(cli, { token: option, ...options }, [url]) {
      const body = await homeBody(options);
      const token = await readToken(cli.io, option, 'Long-lived access token (your profile → Security)');
      const path = await cli.tenantPath('homes');
      const answer = await cli.hub.ask('POST', path, storedShape, { body: { ...body, url, token } });
      showStored(cli, answer);
      return undefined;
    },
  });
}

function listCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'list',
    summary: 'homes and what was last seen of them',
    examples: ['hub homes list', 'hub homes list --tag rent --json'],
    flags: [['--tag <tag...>', 'only those that bear one of them']],
    options: { tag: z.array(z.string()).optional() },
    async run(cli, { tag }) {
      const path = await cli.tenantPath('homes');
      const answer = await cli.hub.ask('GET', path, z.object({ homes: z.array(homeShape) }), { query: { tag } });
      cli.show(answer, () => homeTable(cli.paint, answer.homes));
      return undefined;
    },
  });
}

function showCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'show <home>',
    summary: 'all that is known of a home',
    examples: ['hub homes show cabin'],
    options: {},
    async run(cli, _options, [ref]) {
      const answer = await cli.hub.ask('GET', await cli.tenantPath('homes', ref), homeShape);
      cli.show(answer, () => homeFacts(cli.paint, answer));
      return undefined;
    },
  });
}

function setCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'set <home>',
    summary: 'change a home; a new link is tried first, an empty text empties',
    examples: [
      'hub homes set cabin --token -',
      'hub homes set cabin --tag rent --tag sea --ceiling control',
      'hub homes set cabin --address https://new.example --note ""',
      'hub homes set cabin --read-only on --tool-search auto',
    ],
    flags: [['--address <url>', 'its new address'], tokenFlag, ...homeFlags, ...homeSettingFlags],
    options: {
      ...homeOptions,
      ...settingOptions,
      ...settingUndoOptions,
      pin: homeOptions.pin,
      pinTool: settingOptions.pin,
      unpinTool: settingUndoOptions.unpin,
      token: z.string().optional(),
      address: z.string().optional(),
    },
    async run(cli, given, [ref]) {
      const { token: option, address, ...rest } = given;
      const {
        toolSearch,
        readOnly,
        backupHint,
        strict,
        disable,
        enable,
        pinTool,
        unpinTool,
        unpin: _,
        ...options
      } = rest;
      const body = await homeBody(options);
      const token = option === undefined ? undefined : await readToken(cli.io, option, 'New long-lived access token');
      const path = await cli.tenantPath('homes', ref);
      const present = (await cli.hub.ask('GET', path, homeShape)).defaults;
      const settings = { toolSearch, readOnly, backupHint, strict, disable, enable, pin: pinTool, unpin: unpinTool };
      const defaults = settingsBody(settings, { ...present, pinnedTools: present.pinnedTools ?? DEFAULT_PINS });
      const isSaid = Object.values(defaults).some((value) => value !== undefined);
      const answer = await cli.hub.ask('PATCH', path, storedShape, {
        body: { ...body, url: address, token, ...(isSaid ? { defaults } : {}) },
      });
      showStored(cli, answer);
      return undefined;
    },
  });
}

function checkCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'check <home>',
    summary: 'link to a home once and say what was seen; exit code 1 when it fails',
    examples: ['hub homes check cabin'],
    options: {},
    async run(cli, _options, [ref]) {
      const answer = await cli.hub.ask('POST', await cli.tenantPath('homes', ref, 'check'), checkShape);
      cli.show(answer, () => checkText(cli.paint, answer));
      return answer.ok ? 0 : 1;
    },
  });
}

function removeCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'remove <home>',
    summary: 'forget a home; its edits and audit entries stay',
    examples: ['hub homes remove cabin', 'hub homes remove cabin --yes'],
    flags: [yesFlag],
    options: yesOption,
    async run(cli, { yes }, [ref]) {
      const path = await cli.tenantPath('homes', ref);
      await confirm(cli, yes, async () => {
        const { name, slug } = await cli.hub.ask('GET', path, homeShape);
        return `Forget ${cell(name)} (${slug}) with its token, settings and schedules, and the jobs that wait for it?`;
      });
      const { cancelledJobs = 0 } = (await cli.hub.ask('DELETE', path, removedShape.optional())) ?? {};
      const end =
        cancelledJobs === 0 ? '' : ` Called off with it: ${counted(cancelledJobs, 'job')} that waited for it.`;
      cli.show({ removed: ref, cancelledJobs }, () => `Removed ${ref}.${end}`);
      return undefined;
    },
  });
}

function importCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'import <file>',
    summary: 'add many homes from CSV or JSON (- reads a pipe); exit code 1 when a row is invalid',
    examples: [
      'hub homes import homes.csv --dry-run',
      'hub homes import homes.json --check',
      'printf "url,token,name\\n…" | hub homes import -',
    ],
    flags: [
      ['--dry-run', 'say what would happen and store nothing'],
      ['--check', 'try the link of each home'],
    ],
    options: { dryRun: z.boolean().default(false), check: z.boolean().default(false) },
    async run(cli, query, [file = '']) {
      const content = await readImport(cli, file);
      const isJson = /^\s*[[{]/.test(content);
      const type = isJson ? 'application/json' : 'text/csv';
      const path = await cli.tenantPath('homes', 'import');
      const options = { query, text: { type, content }, deadlineMs: IMPORT_MS };
      const answer = await cli.hub.ask('POST', path, importResultShape, options);
      const colours = { created: 'green', updated: 'cyan', invalid: 'red' } as const;
      const rows = answer.rows.map(({ row, result, home: slug, url, reason }) => [
        row,
        cli.paint(colours[result], result),
        slug,
        cell(url),
        cell(reason),
      ]);
      const { created, updated, invalid } = answer;
      const what = query.dryRun ? 'Nothing was stored. It would be' : 'Done:';
      cli.show(
        answer,
        () =>
          `${table(cli.paint, ['ROW', 'RESULT', 'HOME', 'ADDRESS', 'REASON'], rows)}\n\n` +
          `${what} ${created} created, ${updated} updated, ${invalid} invalid.`,
      );
      return invalid > 0 ? 1 : 0;
    },
  });
}

async function readImport({ io }: Cli, file: string): Promise<string> {
  try {
    return file === '-' ? await readAll(io.stdin) : await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'error';
    throw new UsageError(`${file} cannot be read (${code})`);
  }
}

function showStored(cli: Cli, answer: z.output<typeof storedShape>): void {
  const { home, result, check } = answer;
  const said = check?.ok ? `, and it answers (Home Assistant ${cell(check.haVersion)})` : ', without a look at it';
  const isTried = check !== undefined || result === 'created';
  cli.show(
    answer,
    () => `${cell(home.name)} (${home.slug}) is ${result}${isTried ? said : ''}.\n\n${homeFacts(cli.paint, home)}`,
  );
}
