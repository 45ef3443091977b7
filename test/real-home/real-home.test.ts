import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeReal, itReal } from './describe-real.ts';
import { canStartRealHome, startRealHome } from './launch.ts';

function api(home: { url: string }, path: string, token: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return fetch(`${home.url}${path}`, { signal: AbortSignal.timeout(10_000), ...init, headers });
}

await describeReal('the shared real home', (home) => {
  it('runs Home Assistant 2026.11 with the demo entities', async () => {
    const config: unknown = await (await api(home, '/api/config', home.token)).json();
    expect(config).toMatchObject({ state: 'RUNNING', version: expect.stringMatching(/^2026\.11\./) });
    expect((await api(home, '/api/states/light.bed_light', home.token)).status).toBe(200);
  });

  it.skipIf(!home.readOnlyToken)('refuses a write with the read-only token', async () => {
    const write = { method: 'POST', body: JSON.stringify({ entity_id: 'light.bed_light' }) };
    expect((await api(home, '/api/services/light/turn_on', home.token, write)).status).toBe(200);
    expect((await api(home, '/api/services/light/turn_on', home.readOnlyToken ?? '', write)).status).toBe(401);
  });
});

itReal('hands the same home to single tests', async ({ home }) => {
  expect((await api(home, '/api/', home.token)).status).toBe(200);
});

it.skipIf(!(await canStartRealHome()))(
  'a home of its own comes back from a kill, can be frozen, and leaves nothing',
  { timeout: 180_000 },
  async () => {
    const home = await startRealHome();
    await using _taken = home;
    await home.kill();
    await expect(api(home, '/api/', home.token)).rejects.toThrow('fetch failed');
    await home.start();
    expect((await api(home, '/api/', home.token)).status).toBe(200);

    await home.pause();
    await expect(api(home, '/api/', home.token, { signal: AbortSignal.timeout(1_000) })).rejects.toThrow('timeout');
    await home.resume();
    expect((await api(home, '/api/', home.token)).status).toBe(200);

    await home[Symbol.asyncDispose]();
    await expect(api(home, '/api/', home.token)).rejects.toThrow('fetch failed');
    if (home.way === 'chroot') expect(existsSync(home.configDir ?? '')).toBe(false);
  },
);
