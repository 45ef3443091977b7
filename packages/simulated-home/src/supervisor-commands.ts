import { type Commands, command } from './command.ts';
import type { HomeModel } from './home-model.ts';
import { textOf } from './read.ts';
import { Refusal } from './refusal.ts';
import type { SupervisorModel } from './supervisor/supervisor-model.ts';
import { answerSupervisor, SupervisorRefusal } from './supervisor/supervisor-routes.ts';

function supervisorOf({ supervisor }: HomeModel): SupervisorModel {
  if (!supervisor) throw new Refusal('unknown_command', 'Unknown command.');
  return supervisor;
}

/** The Supervisor as Home Assistant hands it on. Source: HA `components/hassio/websocket_api.py`. */
export const supervisorCommands: Commands = {
  'supervisor/api': command('endpoint! method! data params timeout', async ({ home, message }) => {
    const path = textOf(message['endpoint']);
    const method = textOf(message['method']).toUpperCase();
    try {
      return await answerSupervisor(supervisorOf(home), { method, path, body: message['data'] });
    } catch (error) {
      if (error instanceof SupervisorRefusal) throw new Refusal('unknown_error', error.message);
      throw error;
    }
  }),
  'supervisor/subscribe': command('', ({ home, emit, keep }) => {
    const { listeners } = supervisorOf(home);
    listeners.add(emit);
    keep(() => listeners.delete(emit));
    return null;
  }),
};
