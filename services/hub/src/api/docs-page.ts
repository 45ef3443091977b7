import { createHash } from 'node:crypto';
import reference from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';

/** The reference at /api/docs, from the hub alone: its script is served from here and the policy lets it load nothing else. */
export async function docsPage(scope: FastifyInstance): Promise<void> {
  await scope.register(async (page) => {
    page.addHook('onSend', async (_request, reply, payload) => {
      reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
      const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
      if (isPage) reply.header('content-security-policy', policyFor(String(payload)));
    });
    await page.register(reference, {
      routePrefix: '/docs',
      configuration: {
        url: '../openapi.json',
        pageTitle: 'ha-mcp-hub administration',
        withDefaultFonts: false,
        hideClientButton: true,
        persistAuth: false,
        telemetry: false,
        // These lead to services elsewhere.
        agent: { disabled: true },
        mcp: { disabled: true },
        showDeveloperTools: 'never',
      },
    });
  });
}

/** Inline scripts are allowed by their digest, so that none but those of the page itself run. */
function policyFor(html: string): string {
  const digests = [...html.matchAll(/<script(?:\s+type="text\/javascript")?>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${digests.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
