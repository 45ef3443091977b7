import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { VERSION } from '../version.ts';
import { problemShape } from './problem-shape.ts';

/** Collects the routes added after it into an OpenAPI 3.1 document, with the shape of refusals at each. */
export async function collectOpenApi(scope: FastifyInstance): Promise<void> {
  scope.addHook('onRoute', (route) => {
    if (!route.schema || route.schema.hide) return;
    const { response } = route.schema;
    route.schema.response = { ...(response as object), '4xx': problemShape, '5xx': problemShape };
  });
  await scope.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'ha-mcp-hub administration',
        version: VERSION,
        description: [
          'Tenants, homes, connectors and what happened through them. The command `hub` does the same.',
          'Every request bears the admin key: `Authorization: Bearer <key>`.',
        ].join('\n\n'),
        license: { name: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'tenants', description: 'Whose homes these are.' },
        { name: 'members', description: 'People in a tenant, with a role.' },
        { name: 'homes', description: 'Each one Home Assistant.' },
        { name: 'connectors', description: 'Ways in for AI assistants: a secret URL with its limits.' },
        { name: 'edits', description: 'Configuration writes, kept with before and after.' },
        { name: 'audit', description: 'What was called and how it went.' },
        { name: 'jobs', description: 'Work that takes longer.' },
        { name: 'installation', description: 'The hub itself.' },
      ],
      components: { securitySchemes: { adminKey: { type: 'http', scheme: 'bearer' } } },
      security: [{ adminKey: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => tidy(jsonSchemaTransformObject(document)),
  });
}

/** The document and a page to read it by; they hold nothing secret and are open to all who reach the hub. */
export function openApiRoute(scope: FastifyInstance): void {
  scope.get('/openapi.json', { schema: { hide: true } }, async () => scope.swagger());
}

/** Leaves out components that nothing refers to, and the expressions behind formats, which only a validator reads. */
function tidy<T extends object>(document: T): T {
  const text = JSON.stringify(document, (_key, value: unknown) => withoutPattern(value));
  const tidied = documentShape.parse(JSON.parse(text));
  const { schemas } = tidied.components;
  for (const name of Object.keys(schemas)) {
    if (!text.includes(`"#/components/schemas/${name}"`)) delete schemas[name];
  }
  return { ...document, ...tidied };
}

function withoutPattern(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !('format' in value && 'pattern' in value)) return value;
  const { pattern: _, ...rest } = value;
  return rest;
}

const documentShape = z.looseObject({ components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }) });
