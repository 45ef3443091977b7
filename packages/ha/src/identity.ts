import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { readText } from './body.ts';
import type { DialTarget } from './dial.ts';
import { createRest } from './rest.ts';
import { addressRefused } from './socket.ts';

const manifestSchema = z.looseObject({ name: z.string() });
const providersSchema = z.union([z.array(z.unknown()), z.looseObject({ providers: z.array(z.unknown()) })]);

/** Asks who answers before the token is shown to it. @throws Fault CONNECTION_FAILED when it is no Home Assistant */
export async function verifyIsHomeAssistant(
  target: DialTarget,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const rest = createRest({ target, token: undefined, headers, onRefused: () => undefined });
  try {
    const json = async (path: string): Promise<unknown> => {
      const response = await rest.request({ method: 'GET', path }, { deadlineMs: 10_000 });
      const text = await readText(response, 1_000_000);
      if (response.status === 403) throw addressRefused();
      return response.status === 200 ? parseJson(text) : undefined;
    };
    if (manifestSchema.safeParse(await json('/manifest.json')).data?.name.includes('Home Assistant')) return;
    if (providersSchema.safeParse(await json('/auth/providers')).success) return;
  } finally {
    await rest.close();
  }
  throw new Fault(
    'CONNECTION_FAILED',
    `What answers at ${target.url.host} is not Home Assistant; the token was not sent.`,
    {
      suggestion: 'Check the address and port of the home.',
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
