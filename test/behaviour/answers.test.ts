import { expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

await describeBehaviour('the answer of a call', (bench) => {
  it('is one JSON text, the same as the structured content', async () => {
    const { body } = await bench().call('ha_get_state', { entity_id: 'sun.sun' });
    const own = await bench().rest('/states/sun.sun');
    expect(body.data).toMatchObject({ entity_id: 'sun.sun', state: own.state });
    expect(await bench().ws({ type: 'get_config' })).toMatchObject({ state: 'RUNNING' });
  });

  it('to a failed call says so with a code, a message and what to do', async () => {
    const body = await bench().fails('ha_get_state', { entity_id: 'sun.nowhere' }, 'ENTITY_NOT_FOUND');
    expect(body).toMatchObject({ entity_id: 'sun.nowhere', error: { suggestion: expect.any(String) } });
  });

  it('to wrong arguments is a tool error that names the argument', async () => {
    const body = await bench().fails('ha_get_state', { entity: 'sun.sun' }, 'VALIDATION_FAILED');
    expect(body.error.message).toContain('`entity`');
  });
});
