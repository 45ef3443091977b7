import { listServices, type ServiceDescription, serviceTexts } from '@hub/ha/services.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { pick, project } from '../shared/fields.ts';
import { page, pageShape } from '../shared/page.ts';
import { count, stringList, successShape } from '../shared/parameters.ts';

/** Source: HA `get_services`; names and descriptions from `frontend/get_translations`. */
export const tool = defineTool({
  name: 'ha_list_services',
  title: 'List Available Services',
  docs: 'Lists the actions (services) this home has, by domain or words; detail_level full adds their fields. Use it before ha_call_service when unsure of a service or its fields.',
  tags: ['Service & Device Control'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    domain: z.string().optional().describe('e.g. light'),
    query: z.string().optional().describe('words in name or description'),
    limit: count(1, 200).default(50),
    offset: count(0).default(0),
    detail_level: z.enum(['summary', 'full']).default('summary'),
    service_fields: stringList('keys of each service to keep').optional(),
    fields: stringList('top-level keys to keep').optional(),
  }),
  output: z.looseObject({ ...successShape, ...z.object(pageShape).partial().shape }),
  async run({ domain, query, limit, offset, detail_level: level, service_fields: keys, fields }, { home, signal }) {
    const [services, texts] = await Promise.all([listServices(home, { signal }), serviceTexts(home, { signal })]);
    const all = Object.entries(services).flatMap(([one, byName]) =>
      domain === undefined || one === domain
        ? Object.entries(byName).map(([name, service]) => describe(one, name, service, texts, level))
        : [],
    );
    const words = query?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
    const matching = all.filter((row) =>
      words.every((word) => `${row.domain}.${row.service} ${row.name} ${row.description}`.toLowerCase().includes(word)),
    );
    const { items, block } = page(matching, offset, limit);
    const body = {
      success: true as const,
      domains: [...new Set(matching.map((row) => row.domain))].sort(),
      services: Object.fromEntries(
        items.map((row) => [`${row.domain}.${row.service}`, keys && keys.length > 0 ? pick(row, keys) : row]),
      ),
      ...block,
      detail_level: level,
      filters_applied: { domain: domain ?? null, query: query ?? null },
    };
    return { ...project(body, fields), success: true as const };
  },
});

function describe(
  domain: string,
  service: string,
  { target, fields, name, description }: ServiceDescription,
  texts: ReadonlyMap<string, string>,
  level: 'summary' | 'full',
) {
  const text = (key: string) => texts.get(`component.${domain}.services.${service}.${key}`);
  return {
    name: text('name') ?? name ?? service,
    description: text('description') ?? description ?? '',
    domain,
    service,
    ...(target ? { target } : {}),
    ...(level === 'full' ? { fields: fields ?? {} } : {}),
  };
}
