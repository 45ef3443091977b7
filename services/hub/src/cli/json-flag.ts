import { UsageError } from './failure.ts';

/** What a flag gives as JSON. @throws UsageError */
export function jsonFlag(flag: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new UsageError(`${flag} wants a JSON object`);
  }
}
