import { Fault } from '@hub/core/fault.ts';
import { readBytes, readText } from './body.ts';
import { httpFault } from './faults.ts';
import type { CallOptions, Home } from './home.ts';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Home Assistant gives a camera 10 s. Source: HA `components/camera` `CAMERA_IMAGE_TIMEOUT`. */
const DEADLINE_MS = 15_000;

/**
 * What the camera shows now. Home Assistant scales JPEG only, by eighths, to the smallest that is not below `size`.
 * Source: HA `GET /api/camera_proxy/<entity>`.
 * @throws Fault ENTITY_NOT_FOUND; ENTITY_UNAVAILABLE for one that is off; SERVICE_CALL_FAILED when it gives no picture;
 * IMAGE_PAYLOAD_TOO_LARGE above `maxBytes`
 */
export async function readCameraImage(
  home: Home,
  entityId: string,
  { size, maxBytes, ...options }: CallOptions & { readonly size?: PictureSize | undefined; readonly maxBytes: number },
): Promise<Buffer> {
  const response = await home.rest(
    {
      method: 'GET',
      path: `/api/camera_proxy/${entityId}`,
      ...(size ? { query: { width: String(size.width), height: String(size.height) } } : {}),
    },
    { deadlineMs: DEADLINE_MS, ...options },
  );
  const text = response.status >= 400 ? await readText(response, 10_000) : '';
  if (response.status === 503) {
    throw new Fault('ENTITY_UNAVAILABLE', `${entityId} is off.`, {
      suggestion: 'Turn it on with ha_call_service (camera.turn_on), then ask again.',
      context: { entity_id: entityId },
    });
  }
  if (response.status === 500) {
    throw new Fault('SERVICE_CALL_FAILED', `${entityId} gave no picture.`, {
      suggestion: 'Check that it is online; ha_get_logs may tell why.',
      context: { entity_id: entityId },
    });
  }
  if (response.status >= 400) throw httpFault(response.status, text, { entityId });
  return readBytes(response, maxBytes).catch((error: unknown) => {
    if (!(error instanceof Fault && error.code === 'VALIDATION_FAILED')) throw error;
    throw new Fault('IMAGE_PAYLOAD_TOO_LARGE', `The picture of ${entityId} is larger than ${maxBytes} bytes.`, {
      suggestion: 'Ask for a smaller one: width and height, e.g. 1280 and 720.',
      context: { entity_id: entityId, max_bytes: maxBytes },
      cause: error,
    });
  });
}
