import { Fault } from '@hub/core/fault.ts';
import { readDiagnostics } from '@hub/ha/diagnostics.ts';
import type { ToolContext } from '../define.ts';
import { pick } from '../shared/fields.ts';
import { requireAdmin } from '../shared/require-admin.ts';

/** Diagnostics of a big network run to megabytes: without a wish for more they are cut here. */
const DEFAULT_BYTES = 40_000;

export interface DiagnosticsWish {
  readonly entryId: string | undefined;
  readonly deviceId: string | undefined;
  /** Top-level keys to keep. */
  readonly fields: readonly string[] | undefined;
  readonly maxBytes: number | undefined;
  /** `devices.0.neighbours`, below `data`. */
  readonly dataPath: string | undefined;
  readonly dataOffset: number;
  readonly dataLimit: number | undefined;
}

/** @throws Fault VALIDATION_INVALID_PARAMETER | RESOURCE_NOT_FOUND | AUTH_INSUFFICIENT_PERMISSIONS */
export async function diagnostics(context: ToolContext, wish: DiagnosticsWish): Promise<Record<string, unknown>> {
  const { entryId, deviceId, fields } = wish;
  if (entryId === undefined || entryId.trim() === '') {
    throw new Fault('VALIDATION_MISSING_PARAMETER', '`config_entry_id` is needed for include=diagnostics.', {
      suggestion: 'ha_get_device shows the config entry of a device.',
      context: { parameter: 'config_entry_id' },
    });
  }
  await requireAdmin(context, 'Diagnostics');
  const body = await readDiagnostics(context.home, entryId, deviceId, { signal: context.signal }).catch(
    (error: unknown) => {
      throw error instanceof Fault && error.code === 'RESOURCE_NOT_FOUND' ? noDiagnostics(entryId, error) : error;
    },
  );
  const part = partOf(body['data'], wish);
  const shown = { ...body, data: part.value };
  const kept = fields && fields.length > 0 ? pick(shown, fields) : shown;
  return {
    config_entry_id: entryId,
    ...(deviceId === undefined ? {} : { device_id: deviceId }),
    ...cut(kept, wish.maxBytes ?? DEFAULT_BYTES),
    ...part.block,
  };
}

function noDiagnostics(entryId: string, cause: Fault): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `There are no diagnostics of ${entryId}: its integration offers none.`, {
    suggestion: 'Check the entry with ha_get_integration; for errors of the integration use ha_get_logs.',
    context: { config_entry_id: entryId },
    cause,
  });
}

/** What stands at the path, and of a list or map the wanted stretch. */
function partOf(data: unknown, { dataPath, dataOffset, dataLimit }: DiagnosticsWish) {
  const value = dataPath === undefined || dataPath === '' ? data : walk(data, dataPath);
  const isPaged = dataLimit !== undefined || dataOffset > 0;
  if (!isPaged || value === null || typeof value !== 'object') return { value, block: {} };
  const entries = Object.entries(value);
  const end = dataLimit === undefined ? entries.length : dataOffset + dataLimit;
  const stretch = entries.slice(dataOffset, end);
  return {
    value: Array.isArray(value) ? stretch.map(([, one]) => one) : Object.fromEntries(stretch),
    block: {
      data_total_count: entries.length,
      data_offset: dataOffset,
      data_next_offset: dataOffset + stretch.length < entries.length ? dataOffset + stretch.length : null,
    },
  };
}

function walk(data: unknown, path: string): unknown {
  let value = data;
  for (const step of path.split('.')) {
    const next =
      value !== null && typeof value === 'object' && Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
    if (next === undefined) {
      const keys = value !== null && typeof value === 'object' ? Object.keys(value).slice(0, 20) : [];
      throw new Fault(
        'VALIDATION_INVALID_PARAMETER',
        `\`diagnostics_data_path\`: there is no '${step}' in '${path}'.`,
        {
          suggestion: keys.length > 0 ? `There is: ${keys.join(', ')}.` : 'What stands there has no parts.',
          context: { parameter: 'diagnostics_data_path', value: path },
        },
      );
    }
    value = next;
  }
  return value;
}

function cut(body: Readonly<Record<string, unknown>>, maxBytes: number): Record<string, unknown> {
  const text = JSON.stringify(body);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return { ...body };
  return {
    truncated: true,
    total_bytes: bytes,
    preview: Buffer.from(text).subarray(0, maxBytes).toString('utf8'),
    hint: 'Narrow it with diagnostics_data_path, diagnostics_data_offset and diagnostics_data_limit, or diagnostics_fields.',
  };
}
