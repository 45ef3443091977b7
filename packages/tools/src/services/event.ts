import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';

/** Any automation may listen to an event, so firing one counts as configuring, not as switching a lamp. Source: HA `fire_event`. */
export const tool = defineTool({
  name: 'ha_call_event',
  title: 'Call Event',
  docs: 'Fires an event on the Home Assistant event bus, for automations that wait for it. To control devices use ha_call_service.',
  tags: ['Service & Device Control'],
  scope: 'home',
  effect: 'configure',
  input: z.strictObject({
    event_type: z.string().describe('e.g. my_scene_requested'),
    data: z.record(z.string(), z.unknown()).optional().describe('what the event carries'),
  }),
  output: z.object({ ...successShape, event_type: z.string(), message: z.string() }),
  async run({ event_type: eventType, data = {} }, { home, signal }) {
    if (eventType.trim() === '' || /[/\\]/.test(eventType)) {
      throw new Fault('VALIDATION_FAILED', '`event_type`: Input should be an event name without slashes.', {
        suggestion: 'Use letters, digits and underscores, e.g. my_scene_requested.',
        context: { parameter: 'event_type' },
      });
    }
    await home.send({ type: 'fire_event', event_type: eventType, event_data: data }, { signal, isWrite: true });
    return { success: true as const, event_type: eventType, message: `Fired ${eventType}.` };
  },
});
