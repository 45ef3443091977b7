import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { tenantShape } from '../api/tenant-shape.ts';
import { connectHub, type HubClient } from './hub-client.ts';
import { type Io, type Paint, painter } from './io.ts';

/** One run of the command: its terminal, the hub it talks to, and the common options. */
export interface Cli {
  readonly io: Io;
  readonly hub: HubClient;
  readonly isJson: boolean;
  readonly paint: Paint;
  /** `/tenants/<slug>/<part>…` of `--tenant`, or of the only tenant there is. @throws Fault when there are several */
  tenantPath(...parts: readonly (string | undefined)[]): Promise<string>;
  /** The answer: as it is with --json, else as `text` puts it for people. */
  show(answer: unknown, text: () => string): void;
  /** Something beside the answer; to stderr. */
  note(text: string): void;
}

export const commonOptions = z.object({
  url: z.string().optional(),
  keyFile: z.string().optional(),
  tenant: z.string().optional(),
  json: z.boolean().default(false),
});

export function openCli(io: Io, options: z.output<typeof commonOptions>): Cli {
  const { env, stdout, stderr } = io;
  const url = options.url ?? (env['HUB_URL'] || `http://127.0.0.1:${env['PORT'] || 9583}`);
  const hub = connectHub({ url, keyFile: options.keyFile, env });
  return {
    io,
    hub,
    isJson: options.json,
    paint: painter(io, stdout),
    async tenantPath(...parts) {
      const slug = options.tenant ?? (env['HUB_TENANT'] || (await onlyTenant(hub)));
      return ['/tenants', ...[slug, ...parts].map((part = '') => encodeURIComponent(part))].join('/');
    },
    show(answer, text) {
      stdout.write(`${options.json ? JSON.stringify(answer ?? {}, undefined, 2) : text()}\n`);
    },
    note: (text) => void stderr.write(`${text}\n`),
  };
}

async function onlyTenant(hub: HubClient): Promise<string> {
  const { tenants } = await hub.ask('GET', '/tenants', z.object({ tenants: z.array(tenantShape) }));
  const [tenant, ...others] = tenants;
  if (!tenant) {
    throw new Fault('RESOURCE_NOT_FOUND', 'There is no tenant yet.', {
      suggestion: 'Create one: hub tenants create NAME',
    });
  }
  if (others.length === 0) return tenant.slug;
  throw new Fault('VALIDATION_MISSING_PARAMETER', `There are ${tenants.length} tenants.`, {
    suggestion: `Say which: --tenant ${tenants.map(({ slug }) => slug).join(' | ')}`,
  });
}
