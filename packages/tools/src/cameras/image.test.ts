import { readCameraImage } from '@hub/ha/cameras.ts';
import { callService } from '@hub/ha/services.ts';
import { waitForState } from '@hub/ha/wait-for.ts';
import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './image.ts';
import { pictureFacts } from './picture-facts.ts';

const CAMERA = 'camera.demo_camera';
/** Of Home Assistant's demo pictures. */
const WHOLE = { width: 600, height: 410 };

await describeRealHome('ha_get_camera_image', (context) => {
  const look = (args: object, at = context()) => runTool(tool, args, at);

  it('gives the picture as it is, with its own type and size', async () => {
    const { picture, ...facts } = await look({ entity_id: CAMERA });
    expect(facts).toEqual({ entity_id: CAMERA, mime_type: 'image/jpeg', size: WHOLE });
    expect(pictureFacts(picture)).toEqual({ mimeType: 'image/jpeg', size: WHOLE });
    expect(await look({ entity_id: 'camera.demo_camera_png' })).toMatchObject({ mime_type: 'image/png', size: WHOLE });
  });

  it('has it scaled by both sides, or by one in proportion, never enlarged', async () => {
    expect(await look({ entity_id: CAMERA, width: 300, height: 205 })).toMatchObject({ size: { width: 300 } });
    expect(await look({ entity_id: CAMERA, width: 150 })).toMatchObject({ size: { width: 150, height: 103 } });
    expect(await look({ entity_id: CAMERA, height: 100 })).toMatchObject({ size: { width: 150, height: 103 } });
    expect(await look({ entity_id: CAMERA, width: 2_000 })).toMatchObject({ size: WHOLE });
  });

  it('shows the picture to MCP clients and keeps it out of the JSON', async () => {
    const answer = await look({ entity_id: CAMERA, width: 150 });
    const presented = tool.present?.(answer);
    expect(presented?.content).toEqual([
      { type: 'image', mimeType: 'image/jpeg', data: answer.picture.toString('base64') },
      { type: 'text', text: expect.stringContaining('150 x 103 pixels') },
    ]);
    expect(presented?.body).toEqual({
      success: true,
      entity_id: CAMERA,
      mime_type: 'image/jpeg',
      width: 150,
      height: 103,
      size_bytes: answer.picture.length,
      message: expect.any(String),
    });
  });

  it('says that a camera is off', async () => {
    const { home, signal } = context();
    const switchTo = async (service: string, isReached: (state: string) => boolean) => {
      await callService(home, 'camera', service, { target: { entity_id: [CAMERA] }, signal });
      await waitForState(home, CAMERA, (seen) => seen !== undefined && isReached(seen.state), {
        deadlineMs: 5_000,
        signal,
      });
    };
    await switchTo('turn_off', (state) => state === 'idle');
    await expect(look({ entity_id: CAMERA })).rejects.toMatchObject({
      code: 'ENTITY_UNAVAILABLE',
      context: { entity_id: CAMERA },
    });
    await switchTo('turn_on', (state) => state !== 'idle');
    expect(await look({ entity_id: CAMERA })).toMatchObject({ size: WHOLE });
  });

  it('refuses a picture beyond its bytes, and the next one comes all the same', async () => {
    const { home } = context();
    await expect(readCameraImage(home, CAMERA, { maxBytes: 1_000 })).rejects.toMatchObject({
      code: 'IMAGE_PAYLOAD_TOO_LARGE',
      suggestions: [expect.stringContaining('width')],
      context: { entity_id: CAMERA, max_bytes: 1_000 },
    });
    expect((await readCameraImage(home, CAMERA, { maxBytes: 1_000_000 })).length).toBeGreaterThan(1_000);
  });

  it('names the cameras when it is none, and takes no path and no odd size', async () => {
    await expect(look({ entity_id: 'camera.demo_camra' })).rejects.toMatchObject({
      code: 'ENTITY_NOT_FOUND',
      suggestions: expect.arrayContaining([expect.stringContaining(CAMERA)]),
    });
    for (const id of ['light.bed_light', 'camera.demo_camera/../../config', 'camera'])
      await expect(look({ entity_id: id })).rejects.toMatchObject({
        code: 'VALIDATION_INVALID_PARAMETER',
        suggestions: [expect.stringContaining(CAMERA)],
      });
    await expect(look({ entity_id: CAMERA, width: 0 })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter: 'width' },
    });
  });
});
