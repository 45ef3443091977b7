import { expect, it } from 'vitest';
import { readEvents, type ServerEvent } from './server-events.ts';

it('puts events together from pieces cut anywhere, and passes over comments', async () => {
  const text = ': hello\n\nevent: progress\ndata: {"a":"é: b"}\n\ndata: one\ndata: two\n\n: bye\n\nevent: cut';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 7, 1_000]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.slice(at * size, (at + 1) * size),
    );
    const events: ServerEvent[] = [];
    for await (const event of readEvents(ReadableStream.from(pieces))) events.push(event);
    expect(events).toEqual([
      { event: 'progress', data: '{"a":"é: b"}' },
      { event: 'message', data: 'one\ntwo' },
    ]);
  }
});
