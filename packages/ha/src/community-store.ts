import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import type { WaitOptions } from './wait-for.ts';
import { waitForPush } from './wait-for-push.ts';

/** Without a name for what is missing: lists of 3,000 hold a few odd ones. */
const repositorySchema = z.looseObject({
  id: z.union([z.string(), z.number()]).transform(String),
  full_name: z.string(),
  category: z.string(),
  name: z.string().catch(''),
  description: z.string().nullish().catch(''),
  authors: z.array(z.string()).catch([]),
  topics: z.array(z.string()).catch([]),
  domain: z.string().nullish().catch(null),
  installed: z.boolean().catch(false),
  installed_version: z.string().nullish().catch(null),
  available_version: z.string().nullish().catch(null),
  pending_upgrade: z.boolean().catch(false),
  stars: z.number().catch(0),
  downloads: z.number().catch(0),
});
const detailSchema = repositorySchema.extend({
  additional_info: z.string().nullish().catch(null),
  releases: z.array(z.unknown()).catch([]),
  default_branch: z.string().nullish().catch(null),
  issues: z.number().nullish().catch(null),
  ref: z.string().nullish().catch(null),
});

export type StoreRepository = z.infer<typeof repositorySchema>;
export type StoreRepositoryDetail = z.infer<typeof detailSchema>;

/** HACS, or the marketplace that Home Assistant has instead since 2026.11. */
export interface CommunityStore {
  readonly kind: 'marketplace' | 'hacs';
  readonly name: string;
  readonly categories: readonly string[];
  /** Of some kinds (`integration`, `plugin`, `theme` …), or all. */
  list(categories?: readonly string[], options?: CallOptions): Promise<readonly StoreRepository[]>;
  /** Undefined when the store does not know it. May ask GitHub. */
  info(id: string, options?: CallOptions): Promise<StoreRepositoryDetail | undefined>;
  /** Installs it, or another version of it; answers when its files are in place. @throws Fault */
  install(id: string, version: string | undefined, options?: CallOptions): Promise<void>;
  /** @throws Fault RESOURCE_LOCKED while its integration is set up */
  uninstall(id: string, options?: CallOptions): Promise<void>;
  /** Adds a repository that is not in the catalogue. HACS answers before it is there. @throws Fault RESOURCE_ALREADY_EXISTS */
  add(fullName: string, category: string, options?: CallOptions): Promise<void>;
  /** Asks GitHub what is new. */
  refresh(id: string, options?: CallOptions): Promise<void>;
  /** True once `look` says so, asked again whenever the store tells that something changed. */
  until(look: () => Promise<boolean>, options: WaitOptions): Promise<boolean>;
}

const DIALECTS = {
  marketplace: {
    name: 'the Home Assistant marketplace',
    install: 'install',
    uninstall: 'uninstall',
    changed: 'marketplace_repository',
  },
  hacs: { name: 'HACS', install: 'download', uninstall: 'remove', changed: 'hacs_dispatch_repository' },
} as const;

const infoSchema = z.looseObject({ categories: z.array(z.string()).catch([]), disabled_reason: z.string().nullish() });
const GITHUB_MS = 60_000;
const INSTALL_MS = 15 * 60_000;

/** The store this home has, found by trying. Needs an administrator. @throws Fault COMPONENT_NOT_INSTALLED when there is none, or it does not work */
export async function openCommunityStore(home: Home, options: CallOptions = {}): Promise<CommunityStore> {
  for (const kind of ['marketplace', 'hacs'] as const) {
    const info = await send(home, kind, { type: 'info' }, { ...options, isWrite: false }).catch((error: unknown) => {
      if (error instanceof Fault && error.context['ha_error_code'] === 'unknown_command') return undefined;
      throw error;
    });
    if (info !== undefined) return storeOf(home, kind, infoSchema.parse(info).categories);
  }
  throw new Fault('COMPONENT_NOT_INSTALLED', 'This home has neither a marketplace nor HACS.', {
    suggestion: [
      'Home Assistant has a marketplace of its own since 2026.11.',
      'On an older one install HACS: https://hacs.xyz',
    ],
  });
}

function storeOf(home: Home, kind: CommunityStore['kind'], categories: readonly string[]): CommunityStore {
  const words = DIALECTS[kind];
  const read = (fields: Fields, options: CallOptions = {}) =>
    send(home, kind, fields, { deadlineMs: GITHUB_MS, ...options, isWrite: false });
  const write = async (fields: Fields, deadlineMs: number, options: CallOptions = {}) => {
    await send(home, kind, fields, { deadlineMs, ...options, isWrite: true });
  };
  return {
    ...{ kind, name: words.name, categories },
    async list(wanted, options) {
      const rows = z
        .array(z.unknown())
        .parse(await read({ type: 'repositories/list', ...(wanted ? { categories: wanted } : {}) }, options));
      return rows.flatMap((row) => repositorySchema.safeParse(row).data ?? []);
    },
    async info(id, options) {
      try {
        return detailSchema.parse(await read({ type: 'repository/info', repository_id: id }, options));
      } catch (error) {
        if (error instanceof Fault && error.code === 'RESOURCE_NOT_FOUND') return undefined;
        throw error;
      }
    },
    install: (id, version, options) =>
      write(
        { type: `repository/${words.install}`, repository: id, ...(version ? { version } : {}) },
        INSTALL_MS,
        options,
      ),
    uninstall: (id, options) => write({ type: `repository/${words.uninstall}`, repository: id }, GITHUB_MS, options),
    add: (fullName, category, options) =>
      write({ type: 'repositories/add', repository: fullName, category }, GITHUB_MS, options),
    refresh: (id, options) => write({ type: 'repository/refresh', repository: id }, GITHUB_MS, options),
    until: (look, options) => waitForPush(home, { type: `${kind}/subscribe`, signal: words.changed }, look, options),
  };
}

interface Fields {
  readonly type: string;
  readonly [key: string]: unknown;
}

async function send(home: Home, kind: CommunityStore['kind'], fields: Fields, options: CallOptions): Promise<unknown> {
  try {
    return (await home.send({ ...fields, type: `${kind}/${fields.type}` }, options)) ?? null;
  } catch (error) {
    throw error instanceof Fault ? storeFault(error, DIALECTS[kind].name) : error;
  }
}

const ANSWERS: Readonly<Record<string, readonly [Fault['code'], string]>> = {
  not_loaded: [
    'COMPONENT_NOT_INSTALLED',
    'It could not start, often for want of internet: see its entry under Settings > Devices & services.',
  ],
  warning_not_accepted: [
    'USER_APPROVAL_REQUIRED',
    "A person must read and accept the marketplace's warning first: sign in to Home Assistant as the user whose token the hub has, and open the marketplace there.",
  ],
  github_not_connected: ['SERVICE_CALL_FAILED', 'Connect GitHub in the marketplace of Home Assistant first.'],
  github_rate_limited: ['RATE_LIMITED', 'GitHub wants a rest: retry in an hour, or connect GitHub in the marketplace.'],
  repository_not_found: [
    'RESOURCE_NOT_FOUND',
    "Find it with ha_get_hacs_info action 'search', or add it with add_repository.",
  ],
  repository_not_installed: ['RESOURCE_NOT_FOUND', 'It is not installed; nothing was done.'],
  repository_exists: ['RESOURCE_ALREADY_EXISTS', "It is in the store already: install it with action 'download'."],
  repository_in_use: ['RESOURCE_LOCKED', 'Remove its integration under Settings > Devices & services first.'],
  repository_busy: ['RESOURCE_LOCKED', 'It is being installed: wait until that has ended.'],
  replaces_built_in: [
    'USER_APPROVAL_REQUIRED',
    'It takes the place of an integration that Home Assistant brings along: a person has to confirm that in the store itself.',
  ],
};

function storeFault(fault: Fault, name: string): Fault {
  const answer = ANSWERS[String(fault.context['ha_error_code'])];
  if (!answer) return fault;
  const [code, suggestion] = answer;
  const text = fault.message.replace(/^Command failed: /, '');
  return new Fault(code, `${name}: ${text}`, { suggestion, context: fault.context, cause: fault });
}
