import { EFFECTS } from '@hub/core/effect.ts';
import { z } from 'zod';
import { UsageError } from './failure.ts';
import { visibilityBody } from './setting-flags.ts';
import { durationMs } from './when-text.ts';

/** What `connectors create` and `connectors set` may say of a connector's limits. */
export const limitFlags = [
  ['--ceiling <effect>', `${EFFECTS.join(' < ')}`],
  ['--ask-up-to <effect>', 'above the ceiling, up to this, a person may allow a call once; none ends it'],
  ['--home <home...>', 'reach this home'],
  ['--tag <tag...>', 'reach the homes that bear this tag, also later ones'],
  ['--all', 'reach all homes, also later ones'],
  ['--visibility <file>', 'JSON with entity rules: what it may know of; "" takes them away'],
  ['--expires <time>', 'end after 12h, 30d, 8w …, or never'],
] as const;

export const limitOptions = {
  ceiling: z.enum(EFFECTS, { error: `is one of ${EFFECTS.join(', ')}` }).optional(),
  askUpTo: z.enum([...EFFECTS, 'none'], { error: `is none or one of ${EFFECTS.join(', ')}` }).optional(),
  home: z.array(z.string()).optional(),
  tag: z.array(z.string()).optional(),
  all: z.boolean().optional(),
  visibility: z.string().optional(),
  expires: z.string().optional(),
};

type Limits = z.output<z.ZodObject<typeof limitOptions>>;

/** As the API takes them. @throws UsageError */
export async function limitsBody(limits: Limits): Promise<Record<string, unknown>> {
  const { ceiling, askUpTo, home, tag, all, visibility, expires } = limits;
  return {
    ceiling,
    askUpTo: askUpTo === 'none' ? null : askUpTo,
    visibility: await visibilityBody(visibility),
    homes: selection(home, tag, all),
    expiresAt: expiry(expires),
  };
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
