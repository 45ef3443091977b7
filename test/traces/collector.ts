import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';

const spanShape = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  status: z.object({ code: z.number().optional(), message: z.string().optional() }).optional(),
  attributes: z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })),
});

const bodyShape = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanShape) })) })),
});

export type SentSpan = z.infer<typeof spanShape>;

/** Receives OTLP over HTTP, as Tempo or a collector would. */
export interface Collector extends AsyncDisposable {
  readonly endpoint: string;
  readonly spans: readonly SentSpan[];
  /** Everything that came, as it came. */
  text(): string;
}

export async function startCollector(): Promise<Collector> {
  const spans: SentSpan[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('');
    bodies.push(body);
    for (const { scopeSpans } of bodyShape.parse(JSON.parse(body)).resourceSpans) {
      spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    }
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    text: () => bodies.join('\n'),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A trace as nested names: what hangs below a span, in the order it came, equal neighbours once. */
export function treeOf(spans: readonly SentSpan[], parentId: string): string[] {
  const below = spans.filter(({ parentSpanId }) => parentSpanId === parentId);
  const lines = below.flatMap(({ name, spanId }) => [name, ...treeOf(spans, spanId).map((line) => `  ${line}`)]);
  return lines.filter((line, at) => line !== lines[at - 1]);
}
