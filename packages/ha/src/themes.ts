import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const themesSchema = z.looseObject({
  themes: z.record(z.string(), z.unknown()),
  default_theme: z.string(),
  default_dark_theme: z.string().nullish(),
});

export interface Themes {
  /** The installed ones, without Home Assistant's own look. */
  readonly names: readonly string[];
  /** `default` is Home Assistant's own look. */
  readonly light: string;
  readonly dark: string | null;
}

/** What is installed and what the home shows unless somebody chose otherwise. Source: HA `frontend/get_themes`. @throws Fault */
export async function readThemes(home: Home, options: CallOptions = {}): Promise<Themes> {
  const answer = await home.send({ type: 'frontend/get_themes' }, { ...options, isWrite: false });
  const { themes, default_theme: light, default_dark_theme: dark } = themesSchema.parse(answer);
  return { names: Object.keys(themes).sort(), light, dark: dark ?? null };
}
