import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const themesSchema = z.looseObject({
  themes: z.record(z.string(), z.unknown()),
  default_theme: z.string(),
  default_dark_theme: z.string().nullish(),
});

/** Themes by name, and which are set. Source: HA `frontend/get_themes`. @throws Fault */
export async function readThemes(home: Home, options: CallOptions = {}): Promise<z.infer<typeof themesSchema>> {
  return themesSchema.parse(await home.send({ type: 'frontend/get_themes' }, { ...options, isWrite: false }));
}
