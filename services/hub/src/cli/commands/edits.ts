import type { Command } from 'commander';
import { z } from 'zod';
import { diffShape, editShape, fullEditShape, restoreShape } from '../../api/edit-shape.ts';
import type { Paint } from '../io.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { pageFlags, pageOptions } from '../page-flags.ts';
import { cell, facts, table } from '../table.ts';
import { moment } from '../when-text.ts';

type Edit = z.output<typeof editShape>;

export function editCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'edits', 'configuration writes, kept with before and after');

  addLeaf(group, home, {
    usage: 'list',
    summary: 'newest first',
    examples: ['hub edits list', 'hub edits list --home cabin --kind automation --limit 10'],
    flags: [
      ['--home <home>', ''],
      ['--connector <connector>', ''],
      ['--kind <kind>', 'automation, script, scene, …'],
      ['--item <id>', ''],
      ['--state <state>', 'intent | done | failed | unknown'],
      ...pageFlags,
    ],
    options: {
      home: z.string().optional(),
      connector: z.string().optional(),
      kind: z.string().optional(),
      item: z.string().optional(),
      state: z.string().optional(),
      ...pageOptions,
    },
    async run(cli, query) {
      const shape = z.object({ edits: z.array(editShape), next: z.string().optional() });
      const answer = await cli.hub.ask('GET', await cli.tenantPath('edits'), shape, { query });
      const rows = answer.edits.map((edit) => [
        moment(edit.createdAt),
        edit.home,
        `${edit.item.kind} ${cell(edit.item.id)}`,
        edit.state === 'done' ? edit.change : cli.paint('yellow', edit.state),
        edit.tool,
        edit.id,
      ]);
      const heads = ['WHEN', 'HOME', 'ITEM', 'CHANGE', 'TOOL', 'ID'];
      cli.show(answer, () => (rows.length === 0 ? 'No edits.' : table(cli.paint, heads, rows)));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'show <id>',
    summary: 'one edit with the item before and after',
    examples: ['hub edits show 0197f0a0-…'],
    options: {},
    async run(cli, _options, [id]) {
      const edit = await cli.hub.ask('GET', await cli.tenantPath('edits', id), fullEditShape);
      const item = (title: string, value: unknown) =>
        value === undefined ? '' : `\n\n${cli.paint('bold', title)}\n${JSON.stringify(value, undefined, 2)}`;
      cli.show(edit, () => `${editFacts(cli.paint, edit)}${item('Before', edit.before)}${item('After', edit.after)}`);
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'diff <id>',
    summary: 'what an edit changed, line by line',
    examples: ['hub edits diff 0197f0a0-…'],
    options: {},
    async run(cli, _options, [id]) {
      const answer = await cli.hub.ask('GET', await cli.tenantPath('edits', id, 'diff'), diffShape);
      const text = diffText(cli.paint, answer.diff) || 'Nothing changed.';
      cli.show(answer, () => `${editFacts(cli.paint, answer.edit)}\n\n${text}`);
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'restore <id>',
    summary: 'put the item back to what it was before an edit; shows the difference first',
    examples: ['hub edits restore 0197f0a0-…', 'hub edits restore 0197f0a0-… --yes'],
    flags: [['--yes', 'do it; without it nothing is changed']],
    options: { yes: z.boolean().default(false) },
    async run(cli, { yes }, [id]) {
      const path = await cli.tenantPath('edits', id, 'restore');
      const shown = await cli.hub.ask('POST', path, restoreShape, { body: { confirm: false } });
      const text = `${editFacts(cli.paint, shown.edit)}\n\n${diffText(cli.paint, shown.diff) || 'It is as it was already.'}`;
      if (!yes || shown.standing === 'already') {
        cli.show(shown, () => text);
        if (shown.standing !== 'already') cli.note(hint(shown));
        return undefined;
      }
      if (!cli.isJson) cli.show(shown, () => `${text}\n`);
      const done = await cli.hub.ask('POST', path, restoreShape, { body: { confirm: true } });
      for (const warning of done.warnings ?? []) cli.note(`Warning: ${warning}`);
      cli.show(done, () => `Restored. To take that back: hub edits restore ${done.restoredBy?.id} --yes`);
      return undefined;
    },
  });
}

function hint({ edit, standing, reason }: z.output<typeof restoreShape>): string {
  if (standing === 'ready') return `Nothing was changed yet. To do it: hub edits restore ${edit.id} --yes`;
  return `It cannot be restored: ${cell(reason ?? 'the item was changed since that edit.')}`;
}

function diffText(paint: Paint, diff: string): string {
  if (diff === '') return '';
  return diff
    .trimEnd()
    .split('\n')
    .map((line) => coloured(paint, line))
    .join('\n');
}

function editFacts(paint: Paint, edit: Edit): string {
  return facts(paint, [
    ['Edit', edit.id],
    ['When', moment(edit.createdAt)],
    ['Home', edit.home ?? edit.homeId],
    ['Item', `${edit.item.kind} ${cell(edit.item.id)}`],
    ['Tool', edit.tool],
    ['State', edit.state],
    ['Change', edit.change],
    ['Error', edit.faultCode],
    ['By', `${edit.actor.kind} ${edit.actor.id ?? ''}`],
  ]);
}

function coloured(paint: Paint, line: string): string {
  const text = cell(line) ?? '';
  if (line.startsWith('@@')) return paint('cyan', text);
  if (line.startsWith('+')) return paint('green', text);
  return line.startsWith('-') ? paint('red', text) : text;
}
