import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const metadataSchema = z.looseObject({
  name: z.string(),
  domain: z.string(),
  description: z.string().nullish(),
  source_url: z.string().nullish(),
  author: z.string().nullish(),
  input: z.record(z.string(), z.unknown()).nullish(),
});
/** One that Home Assistant cannot load carries its error in place of the rest. */
const listedSchema = z.union([
  z.looseObject({ metadata: metadataSchema }),
  z.looseObject({ error: z.string(), metadata: z.undefined().optional() }),
]);
const listSchema = z.record(z.string(), listedSchema);
const fetchedSchema = z.looseObject({
  suggested_filename: z.string(),
  raw_data: z.string(),
  blueprint: z.looseObject({ metadata: metadataSchema }),
  validation_errors: z.array(z.string()).nullish(),
  exists: z.boolean().optional(),
});
const substitutedSchema = z.looseObject({ substituted_config: z.record(z.string(), z.unknown()) });

export type BlueprintMetadata = z.infer<typeof metadataSchema>;
export type ListedBlueprint = z.infer<typeof listedSchema>;
export type FetchedBlueprint = z.infer<typeof fetchedSchema>;

/** Home Assistant itself gives up after 10 s. */
const FETCH_MS = 20_000;

/** All blueprints of a kind by their path below `blueprints/<domain>`. Needs an administrator. Source: HA `blueprint/list`. @throws Fault */
export async function listBlueprints(
  home: Home,
  domain: string,
  options: CallOptions = {},
): Promise<Readonly<Record<string, ListedBlueprint>>> {
  return listSchema.parse(await home.send({ type: 'blueprint/list', domain }, { ...options, isWrite: false }));
}

/** The inputs of a blueprint by name, those in sections included. */
export function inputsOf({ input }: BlueprintMetadata): Readonly<Record<string, unknown>> {
  const sectionSchema = z.looseObject({ input: z.record(z.string(), z.unknown()) });
  const entries = Object.entries(input ?? {}).map(([name, one]) => {
    const section = sectionSchema.safeParse(one).data;
    return section ? section.input : { [name]: one };
  });
  return Object.assign({}, ...entries);
}

/**
 * What a blueprint makes of its inputs, each standing as `!input name`: Home Assistant gives its body in no other way. Undefined when
 * it cannot be filled in. Source: HA `blueprint/substitute`, which puts in whatever it is given. @throws Fault
 */
export async function readBlueprintBody(
  home: Home,
  domain: string,
  path: string,
  metadata: BlueprintMetadata,
  options: CallOptions = {},
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const input = Object.fromEntries(Object.keys(inputsOf(metadata)).map((name) => [name, `!input ${name}`]));
  try {
    const answer = await home.send(
      { type: 'blueprint/substitute', domain, path, input },
      { ...options, isWrite: false },
    );
    return substitutedSchema.parse(answer).substituted_config;
  } catch (error) {
    if (error instanceof Fault && error.code === 'SERVICE_CALL_FAILED') return undefined;
    throw error;
  }
}

/** What a blueprint makes of its inputs. Source: HA `blueprint/substitute`. @throws Fault */
export async function substituteBlueprint(
  home: Home,
  domain: string,
  path: string,
  input: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const command = { type: 'blueprint/substitute', domain, path, input };
  return substitutedSchema.parse(await home.send(command, { ...options, isWrite: false })).substituted_config;
}

/** Has the home fetch a blueprint from the internet, without saving it. @throws Fault SERVICE_CALL_FAILED, with no reason when the address did not answer. Source: HA `blueprint/import`. */
export async function fetchBlueprint(home: Home, url: string, options: CallOptions = {}): Promise<FetchedBlueprint> {
  const answer = await home.send(
    { type: 'blueprint/import', url },
    { deadlineMs: FETCH_MS, ...options, isWrite: false },
  );
  return fetchedSchema.parse(answer);
}

export interface SavedBlueprint {
  readonly domain: string;
  /** Below `blueprints/<domain>`, with `.yaml`. */
  readonly path: string;
  readonly yaml: string;
  readonly sourceUrl: string;
  readonly mayOverride: boolean;
}

/** Writes it; what uses one that is overwritten is reloaded. True when one was. @throws Fault RESOURCE_ALREADY_EXISTS */
export async function saveBlueprint(
  home: Home,
  { domain, path, yaml, sourceUrl, mayOverride }: SavedBlueprint,
  options: CallOptions = {},
): Promise<boolean> {
  const command = { type: 'blueprint/save', domain, path, yaml, source_url: sourceUrl, allow_override: mayOverride };
  try {
    const answer = await home.send(command, { ...options, isWrite: true });
    return z.looseObject({ overrides_existing: z.boolean().default(false) }).parse(answer).overrides_existing;
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'already_exists')
      throw new Fault('RESOURCE_ALREADY_EXISTS', `This home has a blueprint ${path} already.`, { cause: error });
    throw error;
  }
}

/** Removes its file. @throws Fault SERVICE_CALL_FAILED while something uses it. Source: HA `blueprint/delete`. */
export async function deleteBlueprint(
  home: Home,
  domain: string,
  path: string,
  options: CallOptions = {},
): Promise<void> {
  await home.send({ type: 'blueprint/delete', domain, path }, { ...options, isWrite: true });
}
