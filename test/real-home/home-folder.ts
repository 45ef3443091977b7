import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

const CONFIG = join(import.meta.dirname, 'config');
const TOKENS = '.tests-tokens.json';
const Tokens = z.object({ token: z.string(), readOnlyToken: z.string() });
export type Tokens = z.infer<typeof Tokens>;

/**
 * Home Assistant's port and address. Not `http:` in YAML: it would be taken as a change on trial, and after five minutes
 * without a promotion Home Assistant restarts itself on port 8123.
 */
const httpStore = (port: number) => ({
  version: 3,
  minor_version: 1,
  key: 'http',
  data: {
    stable: {
      server_port: port,
      server_host: ['127.0.0.1'],
      cors_allowed_origins: [],
      login_attempts_threshold: -1,
      ip_ban_enabled: true,
      ssl_profile: 'intermediate_v6',
      use_x_frame_options: true,
      created_at: '2026-01-01T00:00:00+00:00',
      error: null,
      error_message: null,
    },
    pending: null,
    yaml_migration_done: true,
  },
});

/**
 * Fills `folder` with a new home's configuration, or keeps the one that is there.
 * @returns the tokens of a kept home; undefined when it wants onboarding
 */
export async function prepareFolder(
  folder: string,
  { fresh, port }: { readonly fresh: boolean; readonly port: number | undefined },
): Promise<Tokens | undefined> {
  const tokens = join(folder, TOKENS);
  if (!fresh && existsSync(tokens)) return Tokens.parse(JSON.parse(await readFile(tokens, 'utf8')));
  await rm(folder, { recursive: true, force: true });
  await cp(CONFIG, folder, { recursive: true });
  await mkdir(join(folder, '.storage'));
  if (port !== undefined) await writeFile(join(folder, '.storage', 'http'), JSON.stringify(httpStore(port)));
  return undefined;
}

/** Where Home Assistant listens for its Supervisor, within its own folder. */
export const CORE_SOCKET = 'core.sock';

/** What tells Home Assistant of its Supervisor; `folder` as Home Assistant sees it. */
export function supervisorEnv(supervisor: string, folder: string): Record<string, string> {
  return {
    SUPERVISOR: supervisor,
    SUPERVISOR_TOKEN: 'tests',
    SUPERVISOR_CORE_API_SOCKET: `${folder}/${CORE_SOCKET}`,
  };
}

/** Keeps the tokens beside the home, for a later start with `fresh: false`. */
export async function keepTokens(folder: string, tokens: Tokens): Promise<void> {
  await writeFile(join(folder, TOKENS), JSON.stringify(tokens), { mode: 0o600 });
}

const Claims = z.object({ iss: z.string() });

/** Resolves when Home Assistant has these tokens on its disk: it writes them a second later, and one that is killed before forgets them. */
export async function untilStored(configDir: string, tokens: Tokens, signal: AbortSignal): Promise<void> {
  const ids = Object.values(tokens).map((token) => {
    const [, claims = ''] = token.split('.');
    return Claims.parse(JSON.parse(Buffer.from(claims, 'base64url').toString())).iss;
  });
  for (;;) {
    const stored = await readFile(join(configDir, '.storage/auth'), 'utf8').catch(() => '');
    if (ids.every((id) => stored.includes(id))) return;
    await wait(100, undefined, { signal });
  }
}
