import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './event.ts';

await describeHomes('ha_call_event', (context) => {
  it('whoever listens at the home hears it, with its data', async () => {
    const at = context();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const listening = await at.home.subscribe({ type: 'subscribe_events', event_type: 'event_test_heard' }, resolve);
    expect(await runTool(tool, { event_type: 'event_test_heard', data: { room: 'attic' } }, at)).toMatchObject({
      success: true,
      event_type: 'event_test_heard',
    });
    expect(await promise).toMatchObject({ event_type: 'event_test_heard', data: { room: 'attic' } });
    await listening.close();
  });

  it.each(['', ' ', 'a/b', 'a\\b'])('"%s" is no event name', async (eventType) => {
    await expect(runTool(tool, { event_type: eventType }, context())).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      context: { parameter: 'event_type' },
    });
  });
});
