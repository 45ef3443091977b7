import { expect, test } from 'vitest';
import { FRAME, frame, MAX_PAYLOAD_BYTES, readFrames } from './peer-frames.ts';

const FRAMES = [
  [FRAME.ask, 1, 'Küche'],
  [FRAME.cancel, 4_294_967_295, ''],
  [FRAME.last, 2, 'x'.repeat(300)],
] as const;
const BYTES = Buffer.concat(FRAMES.map(([kind, id, text]) => frame(kind, id, text)));

function reading() {
  const got: (readonly [number, number, string])[] = [];
  return { got, read: readFrames((kind, id, payload) => got.push([kind, id, payload.toString()])) };
}

test('frames that come together are told apart', () => {
  const { got, read } = reading();
  read(BYTES);
  expect(got).toEqual(FRAMES);
});

test('a frame is whole wherever the bytes are cut', () => {
  for (let cut = 1; cut < BYTES.length; cut++) {
    const { got, read } = reading();
    read(BYTES.subarray(0, cut));
    read(BYTES.subarray(cut));
    expect(got).toEqual(FRAMES);
  }
  const { got, read } = reading();
  for (const byte of BYTES) read(Buffer.of(byte));
  expect(got).toEqual(FRAMES);
});

test('a frame larger than any of ours is neither made nor waited for', () => {
  const largest = 'x'.repeat(MAX_PAYLOAD_BYTES);
  const { got, read } = reading();
  read(frame(FRAME.part, 1, largest));
  expect(got).toEqual([[FRAME.part, 1, largest]]);
  expect(() => frame(FRAME.part, 1, `${largest}x`)).toThrow(RangeError);
  const tooLarge = frame(FRAME.part, 1);
  tooLarge.writeUInt32BE(MAX_PAYLOAD_BYTES + 1, 0);
  expect(() => read(tooLarge)).toThrow(RangeError);
});
