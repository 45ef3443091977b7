import { EFFECTS } from '@hub/core/effect.ts';
import { z } from 'zod';
import { UsageError } from './failure.ts';
import { durationMs } from './when-text.ts';

/** What `connectors create` and `connectors set` may say of a connector's limits. */
export const limitFlags = [
  ['--ceiling <effect>', `${EFFECTS.join(' < ')}`],
  ['--home <home...>', 'reach this home'],
  ['--tag <tag...>', 'reach the homes that bear this tag, also later ones'],
  ['--all', 'reach all homes, also later ones'],
  ['--read-only', 'refuse everything but reading'],
  ['--no-read-only', 'allow what the ceiling allows'],
  ['--disable-tool <tool...>', 'switch a tool off'],
  ['--expires <time>', 'end after 12h, 30d, 8w …, or never'],
] as const;

export const limitOptions = {
  ceiling: z.enum(EFFECTS, { error: `is one of ${EFFECTS.join(', ')}` }).optional(),
  home: z.array(z.string()).optional(),
  tag: z.array(z.string()).optional(),
  all: z.boolean().optional(),
  readOnly: z.boolean().optional(),
  disableTool: z.array(z.string()).optional(),
  expires: z.string().optional(),
};

type Limits = z.output<z.ZodObject<typeof limitOptions>>;

/** As the API takes them. @throws UsageError */
export function limitsBody({ ceiling, home, tag, all, readOnly, expires }: Limits): Record<string, unknown> {
  return { ceiling, readOnly, homes: selection(home, tag, all), expiresAt: expiry(expires) };
}

export function toolsBody(
  { disableTool, enableTool }: Pick<Limits, 'disableTool'> & { readonly enableTool?: readonly string[] | undefined },
  present: readonly string[],
): { readonly disabledTools?: readonly string[] } {
  if (!disableTool && !enableTool) return {};
  const disabled = new Set([...present, ...(disableTool ?? [])]);
  return { disabledTools: [...disabled].filter((name) => !enableTool?.includes(name)) };
}

function selection(homes: Limits['home'], tags: Limits['tag'], all: boolean | undefined): object | undefined {
  if ([homes, tags, all].filter((one) => one !== undefined).length > 1) {
    throw new UsageError('choose one of --home, --tag and --all');
  }
  if (homes) return { kind: 'list', homes };
  if (tags) return { kind: 'tags', tags };
  return all ? { kind: 'all' } : undefined;
}

function expiry(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  return text === 'never' ? null : new Date(Date.now() + durationMs(text, '--expires')).toISOString();
}
