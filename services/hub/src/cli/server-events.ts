export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** Server-sent events out of a byte stream; comments are passed over. Source: WHATWG HTML, 9.2.6. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncIterable<ServerEvent> {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const blocks = `${rest}${chunk}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => line.split(/: ?(.*)/s));
      const of = (name: string) => fields.filter(([field]) => field === name).map(([, value = '']) => value);
      const data = of('data').join('\n');
      if (data !== '') yield { event: of('event').at(-1) ?? 'message', data };
    }
  }
}
