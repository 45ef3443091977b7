/**
 * A real home by hand: `node test/real-home/main.ts [--port 8123] [--keep]` prints how to reach it and runs until Ctrl-C.
 * `--keep` takes up the folder of the last home on that port.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startRealHome } from './launch.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, keep: { type: 'boolean', default: false } } });
const home = await startRealHome({ fresh: !values.keep, ...(values.port ? { port: Number(values.port) } : {}) });
const { url, token, readOnlyToken, configDir } = home;
console.log(JSON.stringify({ url, token, readOnlyToken, configDir }));
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
await home.stop();
