import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { Fault } from '@hub/core/fault.ts';
import { dial } from '@hub/ha/dial.ts';
import { createTransport } from 'nodemailer';
import type { ChannelSettings } from './channel-shape.ts';
import { messageOf, noticeContent } from './message.ts';

export interface Outgoing {
  /** The same for every attempt, so that a receiver can tell a repeated message. */
  readonly id: string;
  readonly content: unknown;
  readonly createdAt: Date;
}

/** For an answer. */
const DEADLINE_MS = 15_000;
/** For all of a conversation; less than the lease of a message, which is another replica's to send after that. */
const MAIL_MS = 60_000;

/**
 * One attempt. Addresses are checked as those of homes are, at each connection; redirects are not followed.
 * @throws Fault CONNECTION_FAILED | CONNECTION_TIMEOUT | ADDRESS_NOT_ALLOWED, whose text holds no secret
 */
export async function sendNotice(
  settings: ChannelSettings,
  outgoing: Outgoing,
  allowPrivate: boolean,
  mailMs = MAIL_MS,
): Promise<void> {
  const content = noticeContent.parse(outgoing.content);
  const { title, text } = messageOf(content);
  const { id } = outgoing;
  switch (settings.kind) {
    case 'webhook': {
      const createdAt = outgoing.createdAt.toISOString();
      const body = JSON.stringify({ id, createdAt, title, text, ...content });
      await post(settings.url, body, webhookHeaders(id, body, settings.secret), allowPrivate);
      return;
    }
    case 'ntfy': {
      const token = settings.token === undefined ? {} : { authorization: `Bearer ${settings.token}` };
      await post(settings.url, text, { 'content-type': 'text/plain; charset=utf-8', title, ...token }, allowPrivate);
      return;
    }
    case 'smtp':
      return await mail(settings, { id, title, text }, allowPrivate, mailMs);
  }
}

/** As in https://www.standardwebhooks.com: id, time and body are signed together. */
function webhookHeaders(id: string, body: string, secret: string | undefined): Record<string, string> {
  const at = String(Math.floor(Date.now() / 1_000));
  const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': at };
  if (secret === undefined) return headers;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}

async function post(
  address: string,
  body: string,
  headers: Record<string, string>,
  allowPrivate: boolean,
): Promise<void> {
  const url = new URL(address);
  const socket = await dial({ url, policy: { allowPrivate } });
  try {
    const status = await new Promise<number>((resolve, reject) => {
      const sent = request({
        // The socket is connected, checked and, where the address says so, encrypted already.
        createConnection: () => socket,
        method: 'POST',
        path: `${url.pathname}${url.search}`,
        headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body), connection: 'close' },
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      sent.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end(body);
    });
    if (status < 200 || status > 299) throw failed(`it answered with status ${status}`);
  } catch (error) {
    throw error instanceof Fault ? error : failed('the connection broke off', error);
  } finally {
    socket.destroy();
  }
}

type Mail = { readonly id: string; readonly title: string; readonly text: string };

async function mail(
  settings: Extract<ChannelSettings, { kind: 'smtp' }>,
  { id, title, text }: Mail,
  allowPrivate: boolean,
  mailMs: number,
): Promise<void> {
  const { host, port, security, user, password, from, to } = settings;
  const name = host.includes(':') ? `[${host}]` : host;
  const connection = await dial({ url: new URL(`http://${name}:${port}`), policy: { allowPrivate } });
  const transport = createTransport({
    ...{ connection, host, port, secure: security === 'tls', requireTLS: security === 'starttls' },
    ...{ ignoreTLS: security === 'none', tls: { servername: host } },
    ...{ greetingTimeout: DEADLINE_MS, socketTimeout: DEADLINE_MS },
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
  });
  // Each line that comes begins the wait for the next one anew: a server may go on for ever.
  const late = setTimeout(() => connection.destroy(), mailMs);
  try {
    await transport.sendMail({ from, to: [...to], subject: title, text, messageId: `<${id}@ha-mcp-hub>` });
  } catch (error) {
    // What the server said may repeat what was said to it.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
    throw failed(`the mail server did not take it (${code})`, error);
  } finally {
    clearTimeout(late);
    transport.close();
    connection.destroy();
  }
}

function failed(why: string, cause?: unknown): Fault {
  return new Fault('CONNECTION_FAILED', `The message was not delivered: ${why}.`, {
    suggestion: 'Check the address and its secret, then try: hub notify test NAME',
    cause,
  });
}
