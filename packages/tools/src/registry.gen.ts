// Written by scripts/gen.ts (npm run gen) from the files that export it. Not edited by hand.
import type { Tool } from './define.ts';
import { tool as haGetState } from './states/get.ts';

export const tools: readonly Tool[] = [
  haGetState,
];
