import { Fault } from '@hub/core/fault.ts';
import type { HttpResponse } from './home.ts';

/** The whole body as text. @throws Fault CONNECTION_FAILED when it breaks off, VALIDATION_FAILED above `maxBytes` */
export async function readText(response: HttpResponse, maxBytes: number): Promise<string> {
  return (await readBytes(response, maxBytes)).toString('utf8');
}

/** The whole body as it came. @throws Fault as `readText` */
export async function readBytes({ body }: HttpResponse, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk as Uint8Array);
      size += bytes.length;
      if (size > maxBytes)
        throw new Fault('VALIDATION_FAILED', `The home's answer is larger than ${maxBytes} bytes.`, {
          suggestion: 'Ask for less: a shorter period, fewer entities.',
        });
      chunks.push(bytes);
    }
  } catch (cause) {
    body.destroy();
    if (cause instanceof Fault) throw cause;
    throw new Fault('CONNECTION_FAILED', "The home's answer broke off.", { suggestion: 'Retry.', cause });
  }
  return Buffer.concat(chunks);
}
