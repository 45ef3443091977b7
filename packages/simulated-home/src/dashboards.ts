import { type Commands, command } from './command.ts';
import { fireEvent, type HomeModel } from './home-model.ts';
import { type Json, recordOf, slugOf, textOf } from './read.ts';
import { Refusal, refuseMissing } from './refusal.ts';
import { fieldsOf } from './registry-commands.ts';

const defaults = { mode: 'storage', require_admin: false, show_in_sidebar: true };
const path = (message: Json) => textOf(message['url_path'], 'lovelace');

function known(home: HomeModel, message: Json): [id: string, row: Json] {
  const id = textOf(message['dashboard_id']);
  return [id, home.dashboards.get(id) ?? refuseMissing(`Unable to find dashboard_id ${id}`)];
}

export const dashboardCommands: Commands = {
  'lovelace/info': command('', () => ({ resource_mode: 'storage' })),
  'lovelace/resources': command('', () => []),
  'lovelace/dashboards/list': command('', ({ home }) => home.dashboards.values()),
  'lovelace/dashboards/create': command(
    'url_path! title! icon mode require_admin show_in_sidebar allow_single_word',
    ({ home, message: asked }) => {
      const { allow_single_word, ...given } = fieldsOf(asked);
      if (allow_single_word !== true && !path(given).includes('-')) {
        throw new Refusal('invalid_format', 'Url path needs to contain a hyphen (-)');
      }
      const id = slugOf(path(given));
      if (home.dashboards.has(id)) {
        const message = `The URL "${path(given)}" is already in use. Please choose a different one`;
        throw new Refusal('home_assistant_error', message, { translation_key: 'url_already_exists' });
      }
      return home.dashboards.set(id, { id, ...defaults, ...given });
    },
  ),
  'lovelace/dashboards/update': command(
    'dashboard_id! title icon require_admin show_in_sidebar',
    ({ home, message }) => {
      const [id, row] = known(home, message);
      const { dashboard_id: _id, ...given } = fieldsOf(message);
      return home.dashboards.set(id, { ...row, ...given });
    },
  ),
  'lovelace/dashboards/delete': command('dashboard_id!', ({ home, message }) => {
    const [id, row] = known(home, message);
    home.dashboards.delete(id);
    home.dashboardConfigs.delete(path(row));
    return null;
  }),
  'lovelace/config': command('url_path force', ({ home, message }) => {
    const config = home.dashboardConfigs.get(path(message));
    if (config === undefined) throw new Refusal('config_not_found', 'No config found.');
    return config;
  }),
  'lovelace/config/save': command('url_path config!', ({ home, message }) => {
    home.dashboardConfigs.set(path(message), recordOf(message['config']));
    fireEvent(home, 'lovelace_updated', { url_path: message['url_path'] ?? null, mode: 'storage' });
    return null;
  }),
  'lovelace/config/delete': command('url_path', ({ home, message }) => {
    home.dashboardConfigs.delete(path(message));
    fireEvent(home, 'lovelace_updated', { url_path: message['url_path'] ?? null, mode: 'storage' });
    return null;
  }),
};
