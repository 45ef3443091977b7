import { Fault } from '@hub/core/fault.ts';
import { callService } from '@hub/ha/services.ts';
import { readThemes } from '@hub/ha/themes.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { withChanges } from '../shared/with-changes.ts';

const MAX_LISTED = 20;
/** What Home Assistant takes beside the installed ones: its own look, and no choice for this mode. */
const BUILT_IN = ['default', 'none'];

const input = z.strictObject({
  action: z.enum(['list', 'set']),
  theme_name: z
    .string()
    .optional()
    .describe("set: an installed theme; 'default' is Home Assistant's own look, 'none' takes the choice back"),
  mode: z.enum(['light', 'dark']).optional().describe('set: which look it is for; light unless given'),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_manage_theme',
  title: 'Manage Frontend Themes',
  docs: 'Lists the installed themes, or sets the one the home shows by default, for light or dark mode. People who chose a theme in their own profile keep it. Themes are files: it can neither make nor edit one; those of the store come by ha_manage_hacs.',
  tags: ['System'],
  scope: 'home',
  effect: { lowest: 'read', max: 'configure', of: ({ action }) => (action === 'list' ? 'read' : 'configure') },
  idempotent: true,
  input,
  output: z.strictObject({
    ...successShape,
    partial: z.literal(true).optional(),
    data: z.looseObject({ default_theme: z.string(), default_dark_theme: z.string().nullable() }),
  }),
  items: ({ action, mode }) => (action === 'list' ? [] : [{ kind: 'theme', id: mode ?? 'light' }]),
  async run(call, context) {
    if (call.action === 'set') return set(call, context);
    const { names, light, dark } = await installed(context.home, context.signal);
    const data = { themes: names, count: names.length, default_theme: light, default_dark_theme: dark };
    return { success: true as const, data };
  },
});

async function set({ theme_name: given, mode = 'light' }: Input, { home, edits, signal }: ToolContext) {
  const { names } = await installed(home, signal);
  const name = checkedName(given, names);
  const { after } = await edits.change({
    item: { kind: 'theme', id: mode },
    read: () => installed(home, signal).then(({ light, dark }) => ({ light, dark })),
    async write() {
      await callService(home, 'frontend', 'set_theme', { data: { name, mode }, signal });
    },
    plan: (before) => withChanges(before, { [mode]: name !== 'none' ? name : mode === 'light' ? 'default' : null }),
  });
  const { light, dark } = chosenShape.parse(after);
  const none = mode === 'light' ? 'default' : null;
  const isSet = (mode === 'light' ? light : dark) === (name === 'none' ? none : name);
  return {
    success: true as const,
    data: { theme: name, mode, default_theme: light, default_dark_theme: dark },
    ...(isSet
      ? {}
      : {
          partial: true as const,
          warnings: ['The home took it, but shows another theme now: somebody may have changed it too.'],
        }),
  };
}

const chosenShape = z.object({ light: z.string(), dark: z.string().nullable() });

/** The themes without Home Assistant's own look, and what is shown in each mode. @throws Fault */
async function installed(home: View, signal: AbortSignal) {
  const { themes, default_theme: light, default_dark_theme: dark } = await readThemes(home, { signal });
  return { names: Object.keys(themes).sort(), light, dark: dark ?? null };
}

/** @throws Fault VALIDATION_MISSING_PARAMETER, or SERVICE_CALL_FAILED for one that is not installed */
function checkedName(given: string | undefined, names: readonly string[]): string {
  const wanted = given?.trim() ?? '';
  const suggestion = `Installed: ${names.slice(0, MAX_LISTED).join(', ') || 'none'}; also ${BUILT_IN.join(' and ')}.`;
  if (wanted === '') {
    throw new Fault('VALIDATION_MISSING_PARAMETER', "`theme_name` is required with action 'set'.", {
      suggestion,
      context: { parameter: 'theme_name', action: 'set' },
    });
  }
  const all = [...names, ...BUILT_IN];
  const known = all.find((name) => name === wanted) ?? all.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (known !== undefined) return known;
  throw new Fault('SERVICE_CALL_FAILED', `Theme ${wanted} is not installed.`, {
    suggestion,
    context: { action: 'set', theme_name: wanted, available_themes: names.slice(0, MAX_LISTED) },
  });
}
