import { randomBytes } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import { addChannel, listChannels, openChannel, removeChannel } from '@hub/db/notices.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { type ChannelSettings, channelSettings, targetOf } from '../notify/channel-shape.ts';
import { parseQuietHours, quietText } from '../notify/quiet-hours.ts';
import { sendNotice } from '../notify/send-notice.ts';
import type { Api } from './api-scope.ts';
import { line, slug, tenantParams, timeZone, when } from './field-shapes.ts';
import { tenantOf } from './find.ts';
import { OPERATOR } from './operator.ts';

const tags = ['notices'];

export const channelShape = z
  .object({
    name: z.string(),
    kind: z.enum(['webhook', 'ntfy', 'smtp']),
    target: z.string().describe('Without what would let others send there.'),
    quiet: z.string().optional(),
    timeZone: z.string(),
    waiting: z.number().int(),
    lastSentAt: when.optional(),
    lastError: z.string().optional(),
  })
  .meta({ id: 'NoticeChannel' });

export const newChannelAnswer = z.object({
  name: z.string(),
  target: z.string(),
  secret: z.string().optional().describe('Signs what a webhook gets; shown once.'),
});

export const testAnswer = z.object({
  sent: z.boolean(),
  error: z.string().optional(),
  suggestions: z.array(z.string()).optional(),
});

const newChannel = z.strictObject({
  name: slug,
  settings: channelSettings,
  quiet: line(20)
    .refine((text) => parseQuietHours(text) !== undefined, 'expected hours such as 22:00-07:00')
    .optional(),
  timeZone: timeZone.default('UTC'),
});

const channelParams = tenantParams.extend({ channel: line(100) });

export function noticeRoutes(api: Api, deps: Deps): void {
  const { db, vault } = deps.storage;

  api.get(
    '/tenants/:tenant/notice-channels',
    {
      schema: {
        operationId: 'listNoticeChannels',
        summary: 'Where a tenant is told of problems at its homes',
        tags,
        params: tenantParams,
        response: { 200: z.object({ channels: z.array(channelShape) }) },
      },
    },
    async ({ params }) => {
      const channels = await listChannels(db, (await tenantOf(deps, params.tenant)).id);
      return {
        channels: channels.map(({ quiet, lastSentAt, ...one }) => ({
          ...one,
          quiet: quiet && quietText(quiet),
          lastSentAt: lastSentAt?.toISOString(),
        })),
      };
    },
  );

  api.post(
    '/tenants/:tenant/notice-channels',
    {
      schema: {
        operationId: 'addNoticeChannel',
        summary: 'Tell a tenant of problems by webhook, ntfy or mail',
        description: 'A webhook without a secret is given one, shown in this answer alone.',
        tags,
        params: tenantParams,
        body: newChannel,
        response: { 201: newChannelAnswer },
      },
    },
    async ({ params, body: { name, settings: given, quiet, timeZone } }, reply) => {
      const tenant = await tenantOf(deps, params.tenant);
      const settings = withSecret(given);
      const target = targetOf(settings);
      const hours = quiet === undefined ? undefined : parseQuietHours(quiet);
      const { kind } = settings;
      await addChannel(db, vault, tenant.id, { name, kind, target, settings, quiet: hours, timeZone }, OPERATOR);
      const isNewSecret = settings.kind === 'webhook' && settings !== given;
      return reply.code(201).send({ name, target, ...(isNewSecret && { secret: settings.secret }) });
    },
  );

  api.delete(
    '/tenants/:tenant/notice-channels/:channel',
    {
      schema: {
        operationId: 'removeNoticeChannel',
        summary: 'Tell nobody there any more; what waits is dropped',
        tags,
        params: channelParams,
        response: { 204: z.null() },
      },
    },
    async ({ params }, reply) => {
      await removeChannel(db, (await tenantOf(deps, params.tenant)).id, params.channel);
      return reply.code(204).send(null);
    },
  );

  api.post(
    '/tenants/:tenant/notice-channels/:channel/test',
    {
      schema: {
        operationId: 'testNoticeChannel',
        summary: 'Send a test message now and say how it went',
        tags,
        params: channelParams,
        response: { 200: testAnswer },
      },
    },
    async ({ params }) => {
      const { settings } = await openChannel(db, vault, (await tenantOf(deps, params.tenant)).id, params.channel);
      const outgoing = { id: newId(), content: { event: 'test' }, createdAt: new Date() };
      try {
        await sendNotice(channelSettings.parse(settings), outgoing, deps.config.allowPrivateAddresses);
        return { sent: true };
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return { sent: false, error: error.message, suggestions: [...error.suggestions] };
      }
    },
  );
}

function withSecret(settings: ChannelSettings): ChannelSettings {
  if (settings.kind !== 'webhook' || settings.secret !== undefined) return settings;
  return { ...settings, secret: `whsec_${randomBytes(32).toString('base64')}` };
}
