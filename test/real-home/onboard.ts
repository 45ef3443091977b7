import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

const LIFESPAN_DAYS = 3650;

const AuthCode = z.object({ auth_code: z.string() });
const Tokens = z.object({ access_token: z.string() });
const Flow = z.object({ flow_id: z.string() });
const FlowResult = z.object({ result: z.string() });
const NewUser = z.object({ user: z.object({ id: z.string() }) });
const Config = z.object({ state: z.string() });
const Frame = z.object({
  type: z.string(),
  id: z.number().optional(),
  success: z.boolean().optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});

async function post<T>(url: string, body: Record<string, unknown> | URLSearchParams, schema: z.ZodType<T>): Promise<T> {
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(url, {
    method: 'POST',
    body: isForm ? body : JSON.stringify(body),
    ...(isForm ? {} : { headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return schema.parse(await response.json());
}

const exchange = (url: string, code: string) =>
  post(
    `${url}/auth/token`,
    new URLSearchParams({ grant_type: 'authorization_code', code, client_id: `${url}/` }),
    Tokens,
  );

/** A socket just good enough for setting a home up and asking it: one command at a time. */
export async function openSocket(url: string, accessToken: string) {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/websocket`);
  const next = async () => {
    const [event] = await once(socket, 'message', { signal: AbortSignal.timeout(30_000) });
    return Frame.parse(JSON.parse(event.data));
  };
  await next();
  socket.send(JSON.stringify({ type: 'auth', access_token: accessToken }));
  const answer = await next();
  if (answer.type !== 'auth_ok') throw new Error(`${url} refused the token: ${answer.type}`);
  let id = 0;
  return {
    async send<T>(type: string, fields: Record<string, unknown>, schema: z.ZodType<T>): Promise<T> {
      id += 1;
      socket.send(JSON.stringify({ id, type, ...fields }));
      const frame = await next();
      if (!frame.success) throw new Error(`${type} failed: ${JSON.stringify(frame.error)}`);
      return schema.parse(frame.result);
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

type Socket = Awaited<ReturnType<typeof openSocket>>;

const longLivedToken = (socket: Socket) =>
  socket.send('auth/long_lived_access_token', { client_name: 'tests', lifespan: LIFESPAN_DAYS }, z.string());

/** Resolves when the home's HTTP server answers. Home Assistant tells nobody, so it is asked. */
export async function untilAnswering(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const isUp = await fetch(`${url}/manifest.json`, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    await wait(100, undefined, { signal });
  }
}

/** Resolves in state RUNNING: every integration of the configuration is set up. */
export async function untilRunning(url: string, token: string, signal: AbortSignal): Promise<void> {
  await untilAnswering(url, signal);
  using socket = await openSocket(url, token);
  while ((await socket.send('get_config', {}, Config)).state !== 'RUNNING') await wait(100, undefined, { signal });
}

async function viewerToken(url: string, owner: Socket): Promise<string> {
  const client_id = `${url}/`;
  const login = { username: 'viewer', password: 'viewer-password' };
  const { user } = await owner.send('config/auth/create', { name: 'Viewer', group_ids: ['system-read-only'] }, NewUser);
  await owner.send('config/auth_provider/homeassistant/create', { user_id: user.id, ...login }, z.unknown());
  const start = { client_id, handler: ['homeassistant', null], redirect_uri: client_id };
  const { flow_id } = await post(`${url}/auth/login_flow`, start, Flow);
  const { result: code } = await post(`${url}/auth/login_flow/${flow_id}`, { client_id, ...login }, FlowResult);
  const { access_token } = await exchange(url, code);
  using socket = await openSocket(url, access_token);
  return await longLivedToken(socket);
}

/**
 * Makes the owner and a read-only user of a new home. The other onboarding steps are left out on purpose: `core_config`
 * starts integrations that go to the internet.
 */
export async function onboard(url: string): Promise<{ readonly token: string; readonly readOnlyToken: string }> {
  const owner = { name: 'Owner', username: 'owner', password: 'owner-password', client_id: `${url}/`, language: 'en' };
  const { auth_code } = await post(`${url}/api/onboarding/users`, owner, AuthCode);
  const { access_token } = await exchange(url, auth_code);
  using socket = await openSocket(url, access_token);
  return { token: await longLivedToken(socket), readOnlyToken: await viewerToken(url, socket) };
}
