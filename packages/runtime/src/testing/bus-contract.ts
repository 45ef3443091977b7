import { afterEach, describe, expect, test } from 'vitest';
import type { Bus, BusMessage } from '../bus.ts';

export interface BusUnderTest {
  join(replicaId: string): Bus;
  /** Errors that subscribers threw. */
  readonly errors: readonly unknown[];
}

/** The rules every bus keeps, whatever carries its messages. */
export function describeBus(name: string, create: () => Promise<BusUnderTest>): void {
  const open: Bus[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((bus) => bus.close()));
  });
  const replicas = async () => {
    const bus = await create();
    const [a, b] = [bus.join('replica-a'), bus.join('replica-b')];
    open.push(a, b);
    return { a, b, errors: bus.errors };
  };
  /** Every message of a topic until one with the body `end` arrives. */
  const listen = (bus: Bus, topic: string) => {
    const { promise, resolve } = Promise.withResolvers<BusMessage[]>();
    const heard: BusMessage[] = [];
    const stop = bus.subscribe(topic, (message) => {
      if (message.body === 'end') resolve(heard);
      else heard.push(message);
    });
    return { ended: promise, heard, stop };
  };

  describe(name, () => {
    test('a message reaches every replica, the sender too, with its sender and in order', async () => {
      const { a, b } = await replicas();
      const [atA, atB] = [listen(a, 'changes'), listen(b, 'changes')];
      for (const body of [{ n: 1 }, { n: 2 }, 'end']) a.publish('changes', body);
      const expected = [1, 2].map((n) => ({ topic: 'changes', from: 'replica-a', body: { n } }));
      expect(await Promise.all([atA.ended, atB.ended])).toEqual([expected, expected]);
    });

    test('a directed message reaches that replica alone', async () => {
      const { a, b } = await replicas();
      const [atA, atB] = [listen(a, 'cancel'), listen(b, 'cancel')];
      a.publish('cancel', 'for b', 'replica-b');
      a.publish('cancel', 'for nobody', 'replica-c');
      a.publish('cancel', 'end');
      expect((await atB.ended).map((message) => message.body)).toEqual(['for b']);
      expect(await atA.ended).toEqual([]);
    });

    test('other topics and ended subscriptions hear nothing', async () => {
      const { a, b } = await replicas();
      const [other, ended, still] = [listen(b, 'other'), listen(b, 'topic'), listen(b, 'topic')];
      ended.stop();
      for (const body of ['x', 'end']) a.publish('topic', body);
      await still.ended;
      expect([other.heard, ended.heard]).toEqual([[], []]);
    });

    test('a subscriber gets its own copy, made when the message was published', async () => {
      const { a, b } = await replicas();
      const at = listen(b, 'topic');
      const body = { list: [1] };
      a.publish('topic', body);
      body.list.push(2);
      a.publish('topic', 'end');
      expect((await at.ended)[0]?.body).toEqual({ list: [1] });
    });

    test('a subscriber that throws is reported and keeps nobody else from hearing', async () => {
      const { a, b, errors } = await replicas();
      const broken = new Error('broken subscriber');
      b.subscribe('topic', () => {
        throw broken;
      });
      const at = listen(b, 'topic');
      for (const body of ['x', 'end']) a.publish('topic', body);
      expect(await at.ended).toHaveLength(1);
      expect(errors).toContain(broken);
    });

    test('a closed bus neither hears nor speaks, and says nothing about it', async () => {
      const { a, b } = await replicas();
      const [atA, atB] = [listen(a, 'topic'), listen(b, 'topic')];
      await b.close();
      b.publish('topic', 'from the closed one');
      for (const body of ['x', 'end']) a.publish('topic', body);
      expect((await atA.ended).map((message) => message.body)).toEqual(['x']);
      expect(atB.heard).toEqual([]);
    });
  });
}
