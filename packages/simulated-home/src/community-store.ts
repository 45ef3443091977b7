import { type Call, type Commands, command } from './command.ts';
import { type CommunityStoreModel, type StoreRepository, storeRow } from './community-store-model.ts';
import type { HomeModel } from './home-model.ts';
import { idsOf, type Json, textOf } from './read.ts';
import { Refusal } from './refusal.ts';

function shown(one: StoreRepository): Json {
  const pending_upgrade = one.installed && one.installed_version !== one.available_version;
  return {
    ...one,
    ...{ pending_upgrade, authors: [`@${one.full_name.split('/')[0]}`], topics: [], downloads: 0, domain: null },
    ...{ config_flow: false, status: one.installed ? 'installed' : 'default', local_path: '/config' },
  };
}

function storeOf(home: HomeModel, kind: CommunityStoreModel['kind']): CommunityStoreModel {
  const store = home.communityStore;
  if (store?.kind !== kind) throw new Refusal('unknown_command', 'Unknown command.');
  return store;
}

function repositoryOf(store: CommunityStoreModel, id: unknown): StoreRepository {
  const found = store.repositories.get(textOf(id));
  if (!found) throw new Refusal('repository_not_found', `Repository with ID ${textOf(id)} not found`);
  return found;
}

const SIGNALS = { hacs: 'hacs_dispatch_repository', marketplace: 'marketplace_repository' } as const;

function tell(store: CommunityStoreModel, repository: string): void {
  for (const listen of store.listeners) listen(SIGNALS[store.kind], { action: 'update', repository });
}

async function install(store: CommunityStoreModel, { message }: Call): Promise<Json> {
  if (store.kind === 'marketplace' && !store.isWarningAccepted)
    throw new Refusal('warning_not_accepted', 'The warning was not accepted.');
  const found = repositoryOf(store, message['repository']);
  const version = textOf(message['version'], found.available_version);
  if (version === '0.0.0') throw new Refusal('error', `Could not install ${found.full_name}: no release ${version}`);
  await pause(store.workMs);
  Object.assign(found, { installed: true, installed_version: version });
  tell(store, found.full_name);
  return {};
}

async function uninstall(store: CommunityStoreModel, { message }: Call): Promise<Json> {
  const found = repositoryOf(store, message['repository']);
  await pause(store.workMs);
  Object.assign(found, { installed: false, installed_version: null });
  tell(store, found.full_name);
  return {};
}

/** HACS answers first and looks afterwards; the marketplace the other way round. */
function add(store: CommunityStoreModel, { message, after }: Call): Json {
  const fullName = textOf(message['repository']);
  if ([...store.repositories.values()].some((one) => one.full_name === fullName))
    throw new Refusal('repository_exists', `${fullName} exists already`);
  const isBad = fullName.startsWith('archived/');
  const register = () => {
    const id = String(2000 + store.repositories.size);
    store.repositories.set(id, storeRow(id, fullName, fullName, textOf(message['category'])));
    tell(store, fullName);
  };
  if (store.kind === 'marketplace') {
    if (isBad) throw new Refusal('add_failed', `${fullName} is archived`);
    register();
  } else if (!isBad) after(() => void pause(store.workMs).then(register));
  return {};
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** Sources: HA `components/marketplace/websocket`, HACS `websocket`. */
function commandsOf(
  kind: CommunityStoreModel['kind'],
  verbs: { readonly install: string; readonly uninstall: string },
): Commands {
  const act = (keys: string, name: string, run: (store: CommunityStoreModel, call: Call) => unknown) =>
    command(keys, (call) => {
      const store = storeOf(call.home, kind);
      store.received.push(name);
      return run(store, call);
    });
  return {
    [`${kind}/info`]: act('', 'info', ({ isWarningAccepted }) => ({
      ...{ categories: ['integration', 'plugin', 'theme'], disabled_reason: null, stage: 'running', version: '2.0.5' },
      ...(kind === 'marketplace' ? { github_connected: true, warning_accepted: isWarningAccepted } : {}),
    })),
    [`${kind}/repositories/list`]: act('categories', 'list', ({ repositories }, { message }) => {
      const wanted = message['categories'] === undefined ? undefined : idsOf(message['categories']);
      return [...repositories.values()].filter((one) => !wanted || wanted.includes(one.category)).map(shown);
    }),
    [`${kind}/repository/info`]: act('repository_id!', 'info of one', (store, { message }) => ({
      ...shown(repositoryOf(store, message['repository_id'])),
      ...{ additional_info: '# Readme', releases: ['4.0.0', '3.9.0'], default_branch: 'main', issues: 3 },
    })),
    [`${kind}/repository/${verbs.install}`]: act('repository! version', 'install', install),
    [`${kind}/repository/${verbs.uninstall}`]: act('repository!', 'uninstall', uninstall),
    [`${kind}/repository/refresh`]: act('repository!', 'refresh', (store, { message }) => {
      repositoryOf(store, message['repository']);
      return {};
    }),
    [`${kind}/repositories/add`]: act('repository! category!', 'add', add),
    [`${kind}/subscribe`]: command('signal!', ({ home, message, emit, keep }) => {
      const { listeners } = storeOf(home, kind);
      const listen = (signal: string, data: Json) => signal === message['signal'] && emit(data);
      listeners.add(listen);
      keep(() => listeners.delete(listen));
      return null;
    }),
  };
}

export const communityStoreCommands: Commands = {
  ...commandsOf('hacs', { install: 'download', uninstall: 'remove' }),
  ...commandsOf('marketplace', { install: 'install', uninstall: 'uninstall' }),
};
