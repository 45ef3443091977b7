import { z } from 'zod';
import { line } from '../api/field-shapes.ts';

const url = z.url({ protocol: /^https?$/ }).max(2_000);

/** How a message leaves. Kept sealed as a whole. */
export const channelSettings = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), url, secret: line(200).optional() }),
  z.strictObject({ kind: z.literal('ntfy'), url, token: line(500).optional() }),
  z.strictObject({
    kind: z.literal('smtp'),
    host: line(255),
    port: z.number().int().min(1).max(65_535).default(587),
    security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
    user: line(255).optional(),
    password: z.string().min(1).max(500).optional(),
    from: z.email(),
    to: z.array(z.email()).min(1).max(20),
  }),
]);

export type ChannelSettings = z.output<typeof channelSettings>;

/** Where it goes, without what would let others send there: paths of webhooks and topics are secrets. */
export function targetOf(settings: ChannelSettings): string {
  return settings.kind === 'smtp' ? `${settings.to.join(', ')} by ${settings.host}` : new URL(settings.url).host;
}
