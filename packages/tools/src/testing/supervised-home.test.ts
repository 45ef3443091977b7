import { expect, it } from 'vitest';
import { describeSupervisedHome } from './supervised-home.ts';

await describeSupervisedHome('a home with apps', (at) => {
  it('is set up with the apps and updates that its Supervisor has', async () => {
    const { view } = at();
    const entries = await view.send({ type: 'config_entries/get', domain: 'hassio' });
    expect(entries).toEqual([expect.objectContaining({ state: 'loaded' })]);
    const states = await view.states();
    expect(states.get('update.mosquitto_broker_update')?.attributes).toMatchObject({
      installed_version: '6.4.0',
      latest_version: '6.5.2',
    });
    expect([...states.keys()]).toContain('update.home_assistant_operating_system_update');
  });

  it('hears of the work its Supervisor does', async () => {
    const { view } = at();
    const heard: unknown[] = [];
    const listening = await view.subscribe({ type: 'supervisor/subscribe' }, (event) => heard.push(event));
    const call = { type: 'supervisor/api', endpoint: '/addons/core_mosquitto/restart', method: 'post', timeout: null };
    await view.send(call, { isWrite: true });
    await expect
      .poll(() => heard)
      .toContainEqual(expect.objectContaining({ event: 'job', data: expect.objectContaining({ done: true }) }));
    await listening.close();
  });

  it('comes back when Home Assistant asks its Supervisor for a restart', { timeout: 120_000 }, async () => {
    const { view, supervisor } = at();
    await view.send({ type: 'call_service', domain: 'homeassistant', service: 'restart' }).catch(() => undefined);
    await expect.poll(() => supervisor.received, { timeout: 20_000 }).toContain('POST /core/restart');
    await expect
      .poll(() => view.ready({ deadlineMs: 5_000 }).then(() => view.send({ type: 'get_config' })), { timeout: 90_000 })
      .toMatchObject({ state: 'RUNNING' });
  });
});
