import { Fault } from '@hub/core/fault.ts';

type Config = Readonly<Record<string, unknown>>;

/** @throws Fault CONFIG_MISSING_REQUIRED_FIELDS */
export function checkAutomation(config: Config): void {
  const required = 'use_blueprint' in config ? ['alias', 'use_blueprint'] : ['alias', 'triggers', 'actions'];
  refuseMissing(
    'automation',
    config,
    required,
    'An automation needs alias, triggers and actions, or alias and use_blueprint.',
  );
}

/** @throws Fault VALIDATION_MISSING_PARAMETER, after a transform VALIDATION_FAILED */
export function checkScript(config: Config, source: 'config' | 'python_transform'): void {
  if ('sequence' in config || 'use_blueprint' in config) return;
  const code = source === 'config' ? 'VALIDATION_MISSING_PARAMETER' : 'VALIDATION_FAILED';
  const left = source === 'config' ? 'has' : 'was left by the transform with';
  throw new Fault(code, `\`config\`: the script ${left} neither sequence nor use_blueprint.`, {
    suggestion: 'Give `sequence`, a list of actions, or `use_blueprint` with path and input.',
    context: { required_fields: ['sequence', 'use_blueprint'] },
  });
}

/** @throws Fault CONFIG_MISSING_REQUIRED_FIELDS | VALIDATION_INVALID_PARAMETER */
export function checkScene(config: Config): void {
  refuseMissing('scene', config, ['name', 'entities'], 'A scene needs name, and entities keyed by entity id.');
  const entities = config['entities'];
  if (entities !== null && typeof entities === 'object' && !Array.isArray(entities)) return;
  const type = Array.isArray(entities) ? 'list' : typeof entities;
  throw new Fault(
    'VALIDATION_INVALID_PARAMETER',
    `\`config.entities\`: a scene's entities are a dict keyed by entity id, and this is a ${type}.`,
    {
      suggestion: 'Write {"light.kitchen": {"state": "on", "brightness": 120}}.',
      context: { parameter: 'config.entities', provided_type: type },
    },
  );
}

function refuseMissing(what: string, config: Config, required: readonly string[], suggestion: string): void {
  const missing = required.filter((key) => config[key] === undefined || config[key] === null);
  if (missing.length === 0) return;
  throw new Fault('CONFIG_MISSING_REQUIRED_FIELDS', `\`config\`: the ${what} is missing ${missing.join(', ')}.`, {
    suggestion: [suggestion, 'A write replaces the whole item: to change a part, use python_transform.'],
    context: { missing_fields: missing },
  });
}
