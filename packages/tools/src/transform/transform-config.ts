import { createTransformer, type Transformer } from './transformer.ts';

let shared: Transformer | undefined;

/**
 * Runs Python source on a dict named `config` and returns the changed `config` as plain JSON data. The threads behind it start with
 * the first call, are shared by the process and never keep it alive.
 * @throws Fault VALIDATION_FAILED | SANDBOX_LIMIT_EXCEEDED (5 s, 64 MB) | RATE_LIMITED | CANCELLED
 */
export async function transformConfig(
  config: unknown,
  source: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<unknown> {
  shared ??= createTransformer();
  return await shared.transform(config, source, options);
}
