import { Fault } from '@hub/core/fault.ts';
import { createResource, type DashboardResource, listResources, updateResource } from '@hub/ha/dashboard-resources.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { inlineUrl } from './inline-resource.ts';
import { findResource, knownResource } from './known-resource.ts';

const input = z.strictObject({
  content: z.string().optional().describe('JavaScript or CSS itself, up to 128 kB; no file is needed'),
  url: z.string().optional().describe('instead: /local/card.js, /hacsfiles/…, or https://…'),
  resource_type: z
    .enum(['module', 'js', 'css'])
    .default('module')
    .describe('module for custom cards; js is legacy, by url only'),
  resource_id: z.string().optional().describe('the one to change; leave out to add'),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_config_set_dashboard_resource',
  title: 'Set Dashboard Resource',
  docs: 'Adds a JavaScript module or stylesheet to all dashboards, as inline code or by its address, or changes one by resource_id. It runs in the browser of everyone who opens a dashboard. Not for cards of the store: ha_manage_hacs adds theirs itself.',
  tags: ['Dashboards'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.strictObject({
    ...successShape,
    action: z.enum(['created', 'updated']),
    resource_id: z.string(),
    resource_type: z.enum(['module', 'js', 'css']),
    url: z.string().optional(),
    size: z.number().int().optional(),
    note: z.string(),
  }),
  items: ({ resource_id: id }) => [{ kind: 'dashboard_resource', id: id ?? 'new' }],
  async run(call, context) {
    const { url, sizeBytes } = wantedUrl(call);
    const { resource_id: given, resource_type: type } = call;
    if (given !== undefined) await knownResource(context, given);
    const { id, warnings } = await save(context, given, { type, url });
    return {
      success: true as const,
      action: given === undefined ? ('created' as const) : ('updated' as const),
      resource_id: id,
      resource_type: type,
      ...(sizeBytes === undefined ? { url } : { size: sizeBytes }),
      note: 'Open dashboards load it after the page is reloaded.',
      ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
    };
  },
});

/** @throws Fault VALIDATION_INVALID_PARAMETER unless exactly one of content and url is there and usable */
function wantedUrl({ content, url, resource_type: type }: Input): {
  readonly url: string;
  readonly sizeBytes?: number;
} {
  const invalid = (message: string, suggestion: string) =>
    new Fault('VALIDATION_INVALID_PARAMETER', message, { suggestion, context: { parameter: 'url' } });
  if (content !== undefined && url !== undefined)
    throw invalid('Cannot use both content and url in one call.', 'Leave one of them out.');
  if (content !== undefined) return inlineUrl(content, type);
  if (url === undefined) throw invalid('Either content or url is required.', 'Send the code, or name its address.');
  const wanted = url.trim();
  if (/^(https?:\/\/[^\s/]|\/[^\s/])\S*$/.test(wanted)) return { url: wanted };
  throw invalid(
    `\`url\`: '${url.slice(0, 100)}' is no address of a file.`,
    'Write /local/card.js, /hacsfiles/… or https://….',
  );
}

/** A lost answer to an addition is settled by looking for a newcomer with the same address. */
async function save(
  context: ToolContext,
  given: string | undefined,
  resource: { readonly type: string; readonly url: string },
): Promise<{ readonly id: string; readonly warnings: readonly string[] }> {
  const { home, edits, signal } = context;
  const known = await listResources(home, { signal });
  const twin = known.find((one) => one.url === resource.url && one.id !== given);
  const isNew = (one: DashboardResource) => one.url === resource.url && !known.some(({ id }) => id === one.id);
  let id = given;
  const { after } = await edits.change({
    item: { kind: 'dashboard_resource', id: given ?? 'new' },
    read: () => findResource(context, (one) => (id === undefined ? isNew(one) : one.id === id)),
    async write() {
      if (id === undefined) id = (await createResource(home, resource, { signal })).id;
      else await updateResource(home, id, resource, { signal });
    },
    idOf,
    plan: () => resource,
  });
  return {
    id: id ?? idOf(after) ?? '',
    warnings: twin
      ? [`The same file is listed already, as ${twin.id ?? 'one without id'}; remove one of the two.`]
      : [],
  };
}

function idOf(row: unknown): string | undefined {
  return z.looseObject({ id: z.string() }).safeParse(row).data?.id;
}
