import { Fault } from '@hub/core/fault.ts';
import { type Args, isMissing, missing, type Radio, type RadioAction } from './action.ts';

interface Named {
  readonly radio: Radio;
  readonly action: string;
  readonly confirm: boolean;
}

/** What can be told from the arguments alone; their types are Home Assistant's to judge. @throws Fault VALIDATION_INVALID_PARAMETER */
export function checkCall(call: Named, action: RadioAction, args: Args, isDeviceGiven: boolean): void {
  const { radio, action: name } = call;
  const { required = [], optional = [] } = action;
  const isThere = (key: string) => (key === 'device_id' && isDeviceGiven) || !isMissing(args[key]);
  const lacking = required.filter((key) => !isThere(key));
  if (lacking.length > 0) throw missing(call, lacking);
  const known = [...required, ...optional];
  const unknown = Object.keys(args).filter((key) => !known.includes(key) && key !== 'device_id');
  if (unknown.length > 0) {
    throw new Fault(
      'VALIDATION_INVALID_PARAMETER',
      `${radio}/${name} does not take ${unknown.join(', ').slice(0, 200)}.`,
      {
        suggestion: known.length > 0 ? `It takes ${known.join(', ')}.` : 'It takes no params.',
        context: { radio, action: name, unknown },
      },
    );
  }
  if (!action.needsConfirm || call.confirm) return;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `${radio}/${name} ${action.does}: it needs confirm: true.`, {
    suggestion: 'Ask the person first, then repeat it with confirm: true.',
    context: { radio, action: name, destructive: true },
  });
}
