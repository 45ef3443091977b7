import type { Shutdown } from '@hub/runtime/shutdown.ts';
import { ADMIN_KEY_FILE } from '../api/admin-key-file.ts';
import { publicBase } from '../api/public-base.ts';
import type { Deps } from '../deps.ts';
import { isLoopback } from '../http/loopback.ts';
import { clientLines } from './client-lines.ts';
import { ensureDefaultConnector } from './default-connector.ts';
import { ensureFirstHome, type FirstHome } from './first-home.ts';
import { ensureHousehold } from './household.ts';

/**
 * What a person sees after `npm start`: that it runs, which home, and the URL with the lines to paste.
 * With an outside database nothing is made and nothing secret is shown.
 */
export async function welcome(deps: Deps, shutdown: Shutdown, print: (line: string) => void): Promise<void> {
  const { config, storage } = deps;
  const base = publicBase(config);
  if (!storage.embedded) {
    print(`ha-mcp-hub is ready at ${base}. Manage it with: npm run hub -- --help`);
    return;
  }
  const household = await ensureHousehold(storage.db, storage.vault);
  const { home, replacedSimulated } = await ensureFirstHome(deps, household, shutdown);
  const secret = await ensureDefaultConnector(deps, household);
  const url = `${base}/private_${secret}`;
  const place = storage.embedded.place;
  const lines = [
    '',
    `ha-mcp-hub is ready. Data: ${config.dataDir}`,
    ...(place.isElsewhere
      ? [`Database: ${place.cluster} (its user '${place.runsAs}' may not enter the data folder)`]
      : []),
    ...(!isLoopback(config.host) && config.publicUrls.length === 0
      ? [
          `Warning: HOST=${config.host} lets other machines in by plain http. Put TLS in front and set PUBLIC_URL=https://…`,
        ]
      : []),
    describe(home),
    ...(replacedSimulated ? ['The simulated home made way for it.'] : []),
    '',
    `MCP Server URL: ${url}`,
    'Whoever has this URL can use the home: treat it like a password.',
    `It stops at the effect '${config.defaultCeiling}' (set by DEFAULT_CEILING when first started); to change it: npm run hub -- connectors set default --ceiling control`,
    '',
    ...clientLines(url),
    '',
    `Manage homes and connectors: npm run hub -- --help, or in a browser ${base}/settings   (key: ${ADMIN_KEY_FILE} in the data folder)`,
    '',
  ];
  for (const line of lines) print(line);
}

function describe(home: FirstHome): string {
  switch (home.kind) {
    case 'simulated':
      return [
        'No home is configured, so a SIMULATED home was started: try everything, nothing real is switched.',
        'To use your own: HOME_ASSISTANT_URL=http://homeassistant.local:8123 HOME_ASSISTANT_TOKEN=… npm start',
        '(the token: in Home Assistant, your profile → Security → Long-lived access tokens)',
      ].join('\n');
    case 'linked':
      return `Home: ${home.name} (Home Assistant ${home.haVersion}${home.isAdmin ? '' : ', the token is not an administrator’s: changes of configuration will be refused'})`;
    case 'unreachable':
      return `Home: ${home.name} cannot be reached now: ${home.reason}\n  The hub keeps trying when asked; look closer with: npm run hub -- doctor`;
    case 'stored':
      return `Homes: ${home.count} stored; see: npm run hub -- homes list`;
  }
}
