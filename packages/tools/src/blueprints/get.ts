import { Fault } from '@hub/core/fault.ts';
import { inputsOf, type ListedBlueprint, listBlueprints, readBlueprintBody } from '@hub/ha/blueprints.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { nearestIds } from '../shared/entity-not-found.ts';
import { successShape } from '../shared/parameters.ts';

const BLUEPRINT_DOMAINS = ['automation', 'script'] as const;
type BlueprintDomain = (typeof BLUEPRINT_DOMAINS)[number];

const MAX_DESCRIPTION = 400;
const MAX_LISTED = 20;

export const tool = defineTool({
  name: 'ha_get_blueprint',
  title: 'Get Blueprint',
  docs: 'Lists the blueprints the home has for automations or scripts, or with `path` shows one with its inputs and body. Use one by ha_config_set_automation or _script with use_blueprint {path, input}; to bring a new one in, ha_import_blueprint.',
  tags: ['Blueprints'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  openWorld: true,
  input: z.strictObject({
    path: z.string().optional().describe('e.g. homeassistant/motion_light.yaml; leave out to list'),
    domain: z.string().default('automation').describe('automation or script'),
  }),
  output: z.looseObject({ ...successShape, domain: z.enum(BLUEPRINT_DOMAINS) }),
  async run({ path, domain: given }, context) {
    const { home, signal } = context;
    const domain = knownDomain(given);
    const all = await listBlueprints(home, domain, { signal });
    if (path !== undefined) return one(context, domain, path.trim(), all);
    const blueprints = Object.entries(all).map(([at, blueprint]) => rowOf(at, domain, blueprint));
    return { success: true as const, domain, count: blueprints.length, blueprints };
  },
});

function knownDomain(given: string): BlueprintDomain {
  const domain = BLUEPRINT_DOMAINS.find((one) => one === given.trim().toLowerCase());
  if (domain) return domain;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`domain\`: there are no blueprints for '${given}'.`, {
    suggestion: `Use ${BLUEPRINT_DOMAINS.join(' or ')}.`,
    context: { parameter: 'domain', value: given, valid_domains: BLUEPRINT_DOMAINS },
  });
}

async function one(
  { home, signal }: ToolContext,
  domain: BlueprintDomain,
  given: string,
  all: Readonly<Record<string, ListedBlueprint>>,
) {
  const path = [given, `${given}.yaml`].find((name) => Object.hasOwn(all, name));
  const listed = path === undefined ? undefined : all[path];
  if (path === undefined || !listed) throw notThere(given, domain, Object.keys(all));
  const { metadata } = listed;
  if (!metadata) {
    throw new Fault('CONFIG_INVALID', `Home Assistant cannot load the blueprint ${path}: ${String(listed['error'])}`, {
      suggestion: 'Correct its file, or import it again with overwrite.',
      context: { path, domain },
    });
  }
  const config = await readBlueprintBody(home, domain, path, metadata, { signal });
  const { input: _input, ...rest } = metadata;
  return {
    success: true as const,
    path,
    domain,
    name: metadata.name,
    metadata: rest,
    inputs: inputsOf(metadata),
    ...(config ? { config } : {}),
  };
}

function notThere(given: string, domain: BlueprintDomain, known: readonly string[]): Fault {
  const near = nearestIds(given, known);
  return new Fault('RESOURCE_NOT_FOUND', `Blueprint not found: ${given}`, {
    suggestion: [
      near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Leave path out to list those there are.',
      `This looked among ${domain} blueprints; see domain for the others.`,
    ],
    context: { path: given, domain, available_blueprints: [...new Set([...near, ...known])].slice(0, MAX_LISTED) },
  });
}

function rowOf(path: string, domain: BlueprintDomain, { metadata, ...rest }: ListedBlueprint) {
  if (!metadata) return { path, domain, name: path, error: rest['error'] };
  const { name, description, source_url: source, author } = metadata;
  const text = description ?? '';
  return {
    path,
    domain,
    name,
    description: text.length > MAX_DESCRIPTION ? `${text.slice(0, MAX_DESCRIPTION)}…` : text,
    source_url: source ?? null,
    author: author ?? null,
  };
}
