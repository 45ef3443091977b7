// Written by scripts/gen.ts (npm run gen) from the files that export it. Not edited by hand.
import type { Tool } from './define.ts';
import { tool as haBulkControl } from './services/bulk.ts';
import { tool as haCallService } from './services/call.ts';
import { tool as haCallEvent } from './services/event.ts';
import { tool as haListServices } from './services/list.ts';
import { tool as haGetOperationStatus } from './services/operation-status.ts';
import { tool as haGetState } from './states/get.ts';
import { tool as haEvalTemplate } from './templates/eval.ts';

export const tools: readonly Tool[] = [
  haBulkControl,
  haCallEvent,
  haCallService,
  haEvalTemplate,
  haGetOperationStatus,
  haGetState,
  haListServices,
];
