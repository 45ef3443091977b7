import { Fault } from '@hub/core/fault.ts';
import { type PictureSize, readCameraImage } from '@hub/ha/cameras.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { entityNotFound } from '../shared/entity-not-found.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { type PictureFacts, pictureFacts } from './picture-facts.ts';

/** As base64 just below the 5 MB that model providers take for one picture. */
const MAX_BYTES = 3_700_000;
const MAX_SIDE = 10_000;

const side = z.number().int().optional();

const input = z.strictObject({
  entity_id: z.string().describe('e.g. camera.front_door'),
  width: side.describe('pixels, at least; JPEG cameras only'),
  height: side,
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_get_camera_image',
  title: 'Get Camera Image',
  docs: 'Looks through a camera: answers with its present picture. Give width and height (e.g. 640 and 480) unless details matter, as pictures fill the context. For its state use ha_get_state; to find cameras ha_search.',
  tags: ['Camera'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input,
  output: z.strictObject({
    entity_id: z.string(),
    mime_type: z.string(),
    size: z.strictObject({ width: z.number(), height: z.number() }).optional(),
    picture: z.instanceof(Buffer),
  }),
  async run(call, context) {
    await checkCall(call, context);
    const { picture, facts } = await sized(call, context);
    return {
      entity_id: call.entity_id,
      mime_type: facts.mimeType,
      ...(facts.size ? { size: facts.size } : {}),
      picture,
    };
  },
  present({ entity_id, mime_type: mimeType, size, picture }) {
    const facts = { entity_id, mime_type: mimeType, ...size, size_bytes: picture.length };
    const pixels = size ? `${size.width} x ${size.height} pixels, ` : '';
    return {
      content: [
        { type: 'image', data: picture.toString('base64'), mimeType },
        { type: 'text', text: `${entity_id}: ${pixels}${picture.length} bytes.` },
      ],
      body: { success: true, ...facts, message: 'The picture itself is shown to MCP clients only.' },
    };
  },
});

/** @throws Fault ENTITY_NOT_FOUND | VALIDATION_INVALID_PARAMETER */
async function checkCall({ entity_id: id, width, height }: Input, { home }: ToolContext): Promise<void> {
  for (const [name, value] of Object.entries({ width, height }))
    if (value !== undefined && (value < 1 || value > MAX_SIDE))
      throw invalidParameter(name, `should lie between 1 and ${MAX_SIDE}.`, 'E.g. 640.', { value });
  const isCamera = /^camera\.[a-z0-9_]+$/.test(id);
  const states = await home.states();
  if (isCamera && states.has(id)) return;
  const cameras = [...states.keys()].filter((one) => one.startsWith('camera.')).sort();
  if (isCamera) throw entityNotFound(id, cameras);
  throw invalidParameter(
    'entity_id',
    `${id.slice(0, 80)} is no camera.`,
    cameras.length > 0 ? `Cameras here: ${cameras.slice(0, 10).join(', ')}.` : 'This home has no camera.',
    { entity_id: id.slice(0, 255) },
  );
}

/** Home Assistant scales by both sides only, so for one side the other is worked out from the whole picture. */
async function sized({ entity_id: id, width, height }: Input, context: ToolContext) {
  const { home, signal } = context;
  const read = (size: PictureSize | undefined, maxBytes: number) =>
    readCameraImage(home, id, { size, maxBytes, signal }).then((picture) => ({ picture, facts: factsOf(id, picture) }));
  if (width !== undefined && height !== undefined) return read({ width, height }, MAX_BYTES);
  // To be measured only, a picture may be larger than one to be shown.
  const isWhole = width === undefined && height === undefined;
  const whole = await read(undefined, isWhole ? MAX_BYTES : 8 * MAX_BYTES);
  const size = isWhole ? undefined : proportional(whole.facts, width, height);
  return size || whole.picture.length > MAX_BYTES ? read(size, MAX_BYTES) : whole;
}

/** Undefined when it is no larger than asked. */
function proportional({ size }: PictureFacts, width: number | undefined, height: number | undefined) {
  if (!size || size.width === 0 || size.height === 0) return undefined;
  const scale = width === undefined ? (height ?? size.height) / size.height : width / size.width;
  if (scale >= 1) return undefined;
  // Rounded down: a side asked half a pixel too large costs the next larger eighth.
  return { width: Math.max(1, Math.floor(size.width * scale)), height: Math.max(1, Math.floor(size.height * scale)) };
}

function factsOf(id: string, picture: Buffer): PictureFacts {
  const facts = pictureFacts(picture);
  if (facts) return facts;
  throw new Fault('IMAGE_SERIALIZATION_FAILED', `What ${id} gave is no JPEG, PNG, GIF or WebP picture.`, {
    suggestion:
      picture.length === 0 ? 'It was empty: check that the camera is online.' : 'Check how the camera is set up.',
    context: { entity_id: id, size_bytes: picture.length },
  });
}
