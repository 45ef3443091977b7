export interface PictureFacts {
  readonly mimeType: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';
  /** In pixels; undefined where the header does not tell. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

/** What a picture is by its own first bytes, as cameras declare all sorts of types; undefined when it is none that models take. */
export function pictureFacts(bytes: Buffer): PictureFacts | undefined {
  const starts = (text: string, at = 0) => bytes.toString('latin1', at, at + text.length) === text;
  if (starts('\u0089PNG\r\n\u001a\n')) return { mimeType: 'image/png', size: sizeAt(bytes, 16, 'readUInt32BE', 4) };
  if (starts('\u00ff\u00d8\u00ff')) return { mimeType: 'image/jpeg', size: jpegSize(bytes) };
  if (starts('GIF8')) return { mimeType: 'image/gif', size: sizeAt(bytes, 6, 'readUInt16LE', 2) };
  if (starts('RIFF') && starts('WEBP', 8)) return { mimeType: 'image/webp', size: undefined };
  return undefined;
}

function sizeAt(
  bytes: Buffer,
  at: number,
  read: 'readUInt32BE' | 'readUInt16LE',
  length: number,
): PictureFacts['size'] {
  if (bytes.length < at + 2 * length) return undefined;
  return { width: bytes[read](at), height: bytes[read](at + length) };
}

/** The first frame header (SOF0 to SOF15 without the three that are no frames), found by walking the segments. */
function jpegSize(bytes: Buffer): PictureFacts['size'] {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
