// Written by scripts/gen.ts (npm run gen) from the files that export it. Not edited by hand.
import type { Tool } from './define.ts';
import { tool as haConfigGetAutomation } from './automations/get.ts';
import { tool as haConfigRemoveAutomation } from './automations/remove.ts';
import { tool as haConfigSetAutomation } from './automations/set.ts';
import { tool as haGetAutomationTraces } from './automations/traces.ts';
import { tool as haConfigGetScene } from './scenes/get.ts';
import { tool as haConfigRemoveScene } from './scenes/remove.ts';
import { tool as haConfigSetScene } from './scenes/set.ts';
import { tool as haConfigGetScript } from './scripts/get.ts';
import { tool as haConfigRemoveScript } from './scripts/remove.ts';
import { tool as haConfigSetScript } from './scripts/set.ts';
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
  haConfigGetAutomation,
  haConfigGetScene,
  haConfigGetScript,
  haConfigRemoveAutomation,
  haConfigRemoveScene,
  haConfigRemoveScript,
  haConfigSetAutomation,
  haConfigSetScene,
  haConfigSetScript,
  haEvalTemplate,
  haGetAutomationTraces,
  haGetOperationStatus,
  haGetState,
  haListServices,
];
