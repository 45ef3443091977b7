// Written by scripts/gen.ts (npm run gen) from the files that export it. Not edited by hand.
import type { Tool } from './define.ts';
import { tool as haListFloorsAreas } from './areas/list.ts';
import { tool as haRemoveAreaOrFloor } from './areas/remove.ts';
import { tool as haSetAreaOrFloor } from './areas/set.ts';
import { tool as haConfigGetAutomation } from './automations/get.ts';
import { tool as haConfigRemoveAutomation } from './automations/remove.ts';
import { tool as haConfigSetAutomation } from './automations/set.ts';
import { tool as haGetAutomationTraces } from './automations/traces.ts';
import { tool as haGetDevice } from './devices/get.ts';
import { tool as haSetDevice } from './devices/set.ts';
import { tool as haGetEntity } from './entities/get.ts';
import { tool as haSetEntity } from './entities/set.ts';
import { tool as haConfigListHelpers } from './helpers/list.ts';
import { tool as haRemoveHelpersIntegrations } from './helpers/remove.ts';
import { tool as haConfigSetHelper } from './helpers/set.ts';
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
import { tool as haGetZone } from './zones/get.ts';
import { tool as haRemoveZone } from './zones/remove.ts';
import { tool as haSetZone } from './zones/set.ts';

export const tools: readonly Tool[] = [
  haBulkControl,
  haCallEvent,
  haCallService,
  haConfigGetAutomation,
  haConfigGetScene,
  haConfigGetScript,
  haConfigListHelpers,
  haConfigRemoveAutomation,
  haConfigRemoveScene,
  haConfigRemoveScript,
  haConfigSetAutomation,
  haConfigSetHelper,
  haConfigSetScene,
  haConfigSetScript,
  haEvalTemplate,
  haGetAutomationTraces,
  haGetDevice,
  haGetEntity,
  haGetOperationStatus,
  haGetState,
  haGetZone,
  haListFloorsAreas,
  haListServices,
  haRemoveAreaOrFloor,
  haRemoveHelpersIntegrations,
  haRemoveZone,
  haSetAreaOrFloor,
  haSetDevice,
  haSetEntity,
  haSetZone,
];
