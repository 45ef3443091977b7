import type { FastifyRequest } from 'fastify';

const SECRET_PATH = /private_[^/?#\s"']*/g;

/**
 * Replaces connector secrets in any text by `private_***`, also when the path was percent-encoded.
 * Text that hides its letters in broken escapes is withheld as a whole.
 */
export function maskSecrets(text: string): string {
  if (text.includes('private_')) return text.replace(SECRET_PATH, 'private_***');
  if (!text.includes('%')) return text;
  const decoded = decodeFully(text);
  if (decoded === undefined) return '/***';
  return decoded.includes('private_') ? decoded.replace(SECRET_PATH, 'private_***') : text;
}

function decodeFully(text: string): string | undefined {
  let current = text;
  for (let round = 0; round < 3; round++) {
    try {
      const next = decodeURIComponent(current);
      if (next === current) return current;
      current = next;
    } catch {
      return undefined;
    }
  }
  return current;
}

/** pino serializers for Fastify's logger: what a request line may say, the secret in its path left out. */
export const requestSerializers = {
  req(request: FastifyRequest): Record<string, unknown> {
    return { method: request.method, url: maskSecrets(request.url), remoteAddress: request.ip };
  },
  err(error: Error): { type: string; message: string; stack: string; [key: string]: unknown } {
    return {
      type: error.name,
      ...('code' in error ? { code: error.code } : {}),
      message: maskSecrets(error.message),
      stack: maskSecrets(error.stack ?? ''),
      ...(error.cause instanceof Error ? { cause: maskSecrets(error.cause.message) } : {}),
    };
  },
};
