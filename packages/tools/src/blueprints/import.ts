import { Fault } from '@hub/core/fault.ts';
import { type FetchedBlueprint, fetchBlueprint, inputsOf, saveBlueprint } from '@hub/ha/blueprints.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { withAdvice } from '../shared/config-faults.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { readKeptBlueprint } from './read-kept.ts';

export const tool = defineTool({
  name: 'ha_import_blueprint',
  title: 'Import Blueprint',
  docs: 'Has the home fetch a blueprint from the internet (a GitHub file or gist, a community forum topic, any YAML address) and keeps it. overwrite replaces one that is there, and reloads what uses it. Read what came with ha_get_blueprint before using it: somebody else wrote it.',
  tags: ['Blueprints'],
  scope: 'home',
  effect: 'system',
  openWorld: true,
  input: z.strictObject({
    url: z.string().describe('https address of the blueprint'),
    overwrite: z.boolean().default(false).describe('replace the one of the same path'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    ...successShape,
    url: z.string(),
    imported_blueprint: z.looseObject({ path: z.string(), domain: z.string(), name: z.string() }),
    overrides_existing: z.boolean(),
    message: z.string(),
  }),
  items: ({ url }) => [{ kind: 'blueprint', id: url.slice(0, 200) }],
  async run({ url: given, overwrite }, context) {
    const url = checkedUrl(given);
    const fetched = await fetchFrom(context, url);
    const { metadata } = fetched.blueprint;
    const path = `${fetched.suggested_filename}.yaml`;
    checkUsable(fetched, url);
    const known = await readKeptBlueprint(context.home, metadata.domain, path, context.signal);
    if (known !== undefined && !overwrite) throw alreadyThere(path, metadata.domain);
    const overrides = await save(context, { fetched, path, url, overwrite });
    const { name, domain, description, author } = metadata;
    return {
      success: true as const,
      url,
      imported_blueprint: {
        path,
        domain,
        name,
        description: description ?? null,
        author: author ?? null,
        inputs: inputsOf(metadata),
      },
      overrides_existing: overrides,
      message: `${overrides ? 'Replaced' : 'Imported'} ${domain} blueprint ${name} as ${path}.`,
    };
  },
});

/** @throws Fault VALIDATION_INVALID_PARAMETER */
function checkedUrl(given: string): string {
  const url = URL.parse(given.trim());
  if (url && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '')
    return url.href;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`url\`: '${given.slice(0, 200)}' is no address of a blueprint.`, {
    suggestion: 'Write a whole address without sign-in, e.g. https://github.com/owner/repository/blob/main/light.yaml.',
    context: { parameter: 'url', url: given.slice(0, 200) },
  });
}

async function fetchFrom({ home, signal }: ToolContext, url: string): Promise<FetchedBlueprint> {
  try {
    return await fetchBlueprint(home, url, { signal });
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
    const hint = 'The home fetches it itself: see that the address shows a blueprint, and that the home is online.';
    // What a failed download comes as: Home Assistant tells the reason to its log alone.
    if (error.context['ha_error_code'] !== 'unknown_error') throw withAdvice(error, { url }, hint);
    throw new Fault('SERVICE_CALL_FAILED', `The home could not fetch a blueprint from ${url}.`, {
      suggestion: [hint, 'ha_get_logs with source system may name the reason.'],
      context: { url },
      cause: error,
    });
  }
}

function checkUsable({ validation_errors: errors }: FetchedBlueprint, url: string): void {
  if (errors && errors.length > 0) {
    throw new Fault('VALIDATION_FAILED', `The blueprint does not fit this home: ${errors.join('; ')}`, {
      suggestion: 'Update Home Assistant first, or look for an older version of the blueprint.',
      context: { url, validation_errors: errors },
    });
  }
}

interface Import {
  readonly fetched: FetchedBlueprint;
  readonly path: string;
  readonly url: string;
  readonly overwrite: boolean;
}

/** True when another one was overwritten. @throws Fault RESOURCE_ALREADY_EXISTS */
async function save({ home, edits, signal }: ToolContext, { fetched, path, url, overwrite }: Import): Promise<boolean> {
  const { domain } = fetched.blueprint.metadata;
  let overrides = false;
  await edits.change({
    item: { kind: 'blueprint', id: `${domain}/${path}` },
    read: () => readKeptBlueprint(home, domain, path, signal),
    plan: () => ({ metadata: fetched.blueprint.metadata, yaml: fetched.raw_data }),
    async write(before) {
      if (before !== undefined && !overwrite) throw alreadyThere(path, domain);
      const blueprint = { domain, path, yaml: fetched.raw_data, sourceUrl: url, mayOverride: overwrite };
      overrides = await saveBlueprint(home, blueprint, { signal });
    },
  });
  return overrides;
}

function alreadyThere(path: string, domain: string): Fault {
  return new Fault('RESOURCE_ALREADY_EXISTS', `This home has a ${domain} blueprint ${path} already.`, {
    suggestion: 'Use it as it is (ha_get_blueprint shows it), or pass overwrite to replace it.',
    context: { path, domain },
  });
}
