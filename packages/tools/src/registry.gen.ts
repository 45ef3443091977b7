// Written by scripts/gen.ts (npm run gen) from the files that export it. Not edited by hand.
import type { Tool } from './define.ts';
import { tool as haGetApp } from './apps/get.ts';
import { tool as haManageApp } from './apps/manage.ts';
import { tool as haListFloorsAreas } from './areas/list.ts';
import { tool as haRemoveAreaOrFloor } from './areas/remove.ts';
import { tool as haSetAreaOrFloor } from './areas/set.ts';
import { tool as haManagePipeline } from './assist/manage.ts';
import { tool as haConfigGetAutomation } from './automations/get.ts';
import { tool as haConfigRemoveAutomation } from './automations/remove.ts';
import { tool as haConfigSetAutomation } from './automations/set.ts';
import { tool as haGetAutomationTraces } from './automations/traces.ts';
import { tool as haManageBackup } from './backups/manage.ts';
import { tool as haGetBlueprint } from './blueprints/get.ts';
import { tool as haImportBlueprint } from './blueprints/import.ts';
import { tool as haConfigGetCalendarEvents } from './calendar/events.ts';
import { tool as haConfigRemoveCalendarEvent } from './calendar/remove.ts';
import { tool as haConfigSetCalendarEvent } from './calendar/set.ts';
import { tool as haGetCameraImage } from './cameras/image.ts';
import { tool as haConfigGetCategory } from './categories/get.ts';
import { tool as haConfigRemoveCategory } from './categories/remove.ts';
import { tool as haConfigSetCategory } from './categories/set.ts';
import { tool as haReloadCore } from './core/reload.ts';
import { tool as haRestart } from './core/restart.ts';
import { tool as haManageCustomTool } from './custom/manage.ts';
import { tool as haConfigDeleteDashboardResource } from './dashboards/delete-resource.ts';
import { tool as haConfigDeleteDashboard } from './dashboards/delete.ts';
import { tool as haConfigGetDashboard } from './dashboards/get.ts';
import { tool as haConfigListDashboardResources } from './dashboards/list-resources.ts';
import { tool as haConfigSetDashboardResource } from './dashboards/set-resource.ts';
import { tool as haConfigSetDashboard } from './dashboards/set.ts';
import { tool as haGetDevice } from './devices/get.ts';
import { tool as haRemoveDevice } from './devices/remove.ts';
import { tool as haSetDevice } from './devices/set.ts';
import { tool as haManageEnergyPrefs } from './energy/manage.ts';
import { tool as haGetEntityExposure } from './entities/exposure.ts';
import { tool as haGetEntity } from './entities/get.ts';
import { tool as haRemoveEntity } from './entities/remove.ts';
import { tool as haSetEntity } from './entities/set.ts';
import { tool as haFleetRun } from './fleet/run.ts';
import { tool as haFleetSearch } from './fleet/search.ts';
import { tool as haFleetStatus } from './fleet/status.ts';
import { tool as haConfigListGroups } from './groups/list.ts';
import { tool as haConfigRemoveGroup } from './groups/remove.ts';
import { tool as haConfigSetGroup } from './groups/set.ts';
import { tool as haGetSkillGuide } from './guidance/get.ts';
import { tool as haGetHacsInfo } from './hacs/get.ts';
import { tool as haManageHacs } from './hacs/manage.ts';
import { tool as haConfigListHelpers } from './helpers/list.ts';
import { tool as haRemoveHelpersIntegrations } from './helpers/remove.ts';
import { tool as haConfigSetHelper } from './helpers/set.ts';
import { tool as haGetHistory } from './history/get.ts';
import { tool as haListHomes } from './homes/list.ts';
import { tool as haGetIntegration } from './integrations/get.ts';
import { tool as haSetIntegration } from './integrations/set.ts';
import { tool as haCancelJob } from './jobs/cancel.ts';
import { tool as haGetJob } from './jobs/get.ts';
import { tool as haListJobs } from './jobs/list.ts';
import { tool as haConfigGetLabel } from './labels/get.ts';
import { tool as haConfigRemoveLabel } from './labels/remove.ts';
import { tool as haConfigSetLabel } from './labels/set.ts';
import { tool as haGetLogs } from './logs/get.ts';
import { tool as haManageRadio } from './radios/manage.ts';
import { tool as haReportIssue } from './report/issue.ts';
import { tool as haConfigGetScene } from './scenes/get.ts';
import { tool as haConfigRemoveScene } from './scenes/remove.ts';
import { tool as haConfigSetScene } from './scenes/set.ts';
import { tool as haConfigGetScript } from './scripts/get.ts';
import { tool as haConfigRemoveScript } from './scripts/remove.ts';
import { tool as haConfigSetScript } from './scripts/set.ts';
import { tool as haGetOverview } from './search/overview.ts';
import { tool as haSearch } from './search/search.ts';
import { tool as haBulkControl } from './services/bulk.ts';
import { tool as haCallService } from './services/call.ts';
import { tool as haCallEvent } from './services/event.ts';
import { tool as haListServices } from './services/list.ts';
import { tool as haGetOperationStatus } from './services/operation-status.ts';
import { tool as haGetState } from './states/get.ts';
import { tool as haGetSystemHealth } from './system/health.ts';
import { tool as haEvalTemplate } from './templates/eval.ts';
import { tool as haManageTheme } from './themes/manage.ts';
import { tool as haGetTodo } from './todo/get.ts';
import { tool as haRemoveTodoItem } from './todo/remove.ts';
import { tool as haSetTodoItem } from './todo/set.ts';
import { tool as haUndo } from './undo/undo.ts';
import { tool as haManageUpdates } from './updates/manage.ts';
import { tool as haGetZone } from './zones/get.ts';
import { tool as haRemoveZone } from './zones/remove.ts';
import { tool as haSetZone } from './zones/set.ts';

export const tools: readonly Tool[] = [
  haBulkControl,
  haCallEvent,
  haCallService,
  haCancelJob,
  haConfigDeleteDashboard,
  haConfigDeleteDashboardResource,
  haConfigGetAutomation,
  haConfigGetCalendarEvents,
  haConfigGetCategory,
  haConfigGetDashboard,
  haConfigGetLabel,
  haConfigGetScene,
  haConfigGetScript,
  haConfigListDashboardResources,
  haConfigListGroups,
  haConfigListHelpers,
  haConfigRemoveAutomation,
  haConfigRemoveCalendarEvent,
  haConfigRemoveCategory,
  haConfigRemoveGroup,
  haConfigRemoveLabel,
  haConfigRemoveScene,
  haConfigRemoveScript,
  haConfigSetAutomation,
  haConfigSetCalendarEvent,
  haConfigSetCategory,
  haConfigSetDashboard,
  haConfigSetDashboardResource,
  haConfigSetGroup,
  haConfigSetHelper,
  haConfigSetLabel,
  haConfigSetScene,
  haConfigSetScript,
  haEvalTemplate,
  haFleetRun,
  haFleetSearch,
  haFleetStatus,
  haGetApp,
  haGetAutomationTraces,
  haGetBlueprint,
  haGetCameraImage,
  haGetDevice,
  haGetEntity,
  haGetEntityExposure,
  haGetHacsInfo,
  haGetHistory,
  haGetIntegration,
  haGetJob,
  haGetLogs,
  haGetOperationStatus,
  haGetOverview,
  haGetSkillGuide,
  haGetState,
  haGetSystemHealth,
  haGetTodo,
  haGetZone,
  haImportBlueprint,
  haListFloorsAreas,
  haListHomes,
  haListJobs,
  haListServices,
  haManageApp,
  haManageBackup,
  haManageCustomTool,
  haManageEnergyPrefs,
  haManageHacs,
  haManagePipeline,
  haManageRadio,
  haManageTheme,
  haManageUpdates,
  haReloadCore,
  haRemoveAreaOrFloor,
  haRemoveDevice,
  haRemoveEntity,
  haRemoveHelpersIntegrations,
  haRemoveTodoItem,
  haRemoveZone,
  haReportIssue,
  haRestart,
  haSearch,
  haSetAreaOrFloor,
  haSetDevice,
  haSetEntity,
  haSetIntegration,
  haSetTodoItem,
  haSetZone,
  haUndo,
];
