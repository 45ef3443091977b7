import { describe, expect, test, vi } from 'vitest';
import type { Bus } from '../bus.ts';

export interface BusesUnderTest {
  /** Two ends of one bus; the same one twice where there is but one process. */
  readonly here: Bus;
  readonly there: Bus;
}

/** The rules every bus keeps. */
export function describeBus(name: string, create: () => Promise<BusesUnderTest>): void {
  /** Subscribed for certain: a message of ours came back. */
  async function listening(from: Bus, to: Bus, topic: string): Promise<unknown[]> {
    const heard: unknown[] = [];
    to.subscribe(topic, (message) => heard.push(message));
    await vi.waitFor(() => {
      from.publish(topic, 'are you there');
      expect(heard).not.toEqual([]);
    });
    await vi.waitFor(() => expect(heard.every((one) => one === 'are you there')).toBe(true));
    return heard;
  }

  describe(name, () => {
    test('what is said on a topic is heard by all who listen to it, in order, and by nobody else', async () => {
      const { here, there } = await create();
      const [first, second, other] = [
        await listening(here, there, 'changes'),
        await listening(here, here, 'changes'),
        await listening(here, there, 'replica:2'),
      ];
      for (const list of [first, second, other]) list.length = 0;
      for (let n = 0; n < 20; n++) here.publish('changes', { n });
      await vi.waitFor(() => {
        expect(first.filter((one) => typeof one === 'object')).toEqual(Array.from({ length: 20 }, (_, n) => ({ n })));
        expect(second.filter((one) => typeof one === 'object')).toHaveLength(20);
      });
      expect(other.filter((one) => typeof one === 'object')).toEqual([]);
    });

    test('who stopped to listen hears nothing more', async () => {
      const { here, there } = await create();
      const still = await listening(here, there, 'topic');
      const heard: unknown[] = [];
      there.subscribe('topic', (message) => heard.push(message))();
      here.publish('topic', 'last');
      await vi.waitFor(() => expect(still).toContain('last'));
      expect(heard).toEqual([]);
    });

    test('a message is a copy', async () => {
      const { here, there } = await create();
      const heard = await listening(here, there, 'copies');
      const message = { list: [1] };
      here.publish('copies', message);
      message.list.push(2);
      await vi.waitFor(() => expect(heard).toContainEqual({ list: [1] }));
    });
  });
}
