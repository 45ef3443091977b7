import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import { requestJson } from './http.ts';

const answerSchema = z.looseObject({
  result: z.enum(['valid', 'invalid']),
  errors: z.string().nullish(),
  warnings: z.string().nullish(),
});

export type ConfigCheck = z.infer<typeof answerSchema>;

/** What Home Assistant would say of its YAML at the next start; takes seconds, a minute on a slow machine. Needs an administrator. Source: HA `POST /api/config/core/check_config`. @throws Fault */
export async function checkConfig(home: Home, options: CallOptions = {}): Promise<ConfigCheck> {
  const request = { method: 'POST', path: '/api/config/core/check_config' } as const;
  return answerSchema.parse(await requestJson(home, request, { deadlineMs: 60_000, ...options, isWrite: false }));
}
